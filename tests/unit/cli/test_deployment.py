"""How the command finds what is deployed, and what it says when it does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import click
import pytest
from click.testing import CliRunner
from moto import mock_aws

from cli.deployment import Deployment, outputs_of, read_outputs
from cli.main import main
from concierge.aws import clients
from concierge.catalog.model import Catalog

TEMPLATE = json.dumps(
    {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"LedgerTable": {"Value": "studio-concierge-ledger"}},
    }
)


@pytest.fixture
def cloud() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "outputs.json"


def test_a_stack_is_found_by_its_name(cloud: None) -> None:
    boto3.client("cloudformation").create_stack(StackName="studio-concierge", TemplateBody=TEMPLATE)
    assert outputs_of("studio-concierge") == {"LedgerTable": "studio-concierge-ledger"}


def test_a_stack_that_is_not_there_is_said_plainly(cloud: None) -> None:
    result = CliRunner().invoke(main, ["holds", "list", "--stack", "nobody"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: cloudformation:DescribeStacks failed with ValidationError: Stack with id nobody does not exist\n"
    )


@pytest.mark.parametrize(
    "said",
    [
        {"LedgerTable": "ledger"},
        {"Stacks": [{"StackName": "x", "Outputs": [{"OutputKey": "LedgerTable", "OutputValue": "ledger"}]}]},
    ],
)
def test_outputs_are_read_from_either_shape(written: Path, said: object) -> None:
    written.write_text(json.dumps(said))
    assert read_outputs(written) == {"LedgerTable": "ledger"}


@pytest.mark.parametrize(("text", "why"), [("{", "not JSON"), ("[]", "expected an object"), ('{"a": 1}', "expected")])
def test_a_file_of_anything_else_is_refused(written: Path, text: str, why: str) -> None:
    written.write_text(text)
    result = CliRunner().invoke(main, ["holds", "list", "--outputs", str(written)])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {written}: {why}")


def test_an_output_of_another_release_is_missed_by_name(written: Path) -> None:
    written.write_text("{}")
    result = CliRunner().invoke(main, ["holds", "list", "--outputs", str(written)])
    assert result.output == ("Error: the deployment has no output LedgerTable; deploy this release's template.yaml\n")


def test_the_boundary_says_where_the_hub_is() -> None:
    boundary = "arn:aws-cn:iam::123456789012:policy/studio-platform/boundary"
    surroundings = Deployment({"ExecutionBoundaryArn": boundary, "ActivityTable": "t"}).surroundings
    assert (surroundings.account, surroundings.partition, surroundings.boundary) == ("123456789012", "aws-cn", boundary)


def test_a_catalog_that_nobody_published_is_said_plainly(cloud: None, written: Path) -> None:
    clients.s3.cache_clear()
    written.write_text(json.dumps({"CatalogBucket": "empty"}))
    result = CliRunner().invoke(main, ["plan", "--outputs", str(written)])
    clients.s3.cache_clear()
    assert result.exit_code == 1
    assert result.output.startswith("Error: s3:GetObject failed with NoSuchBucket")


def test_missing_outputs_are_no_traceback(catalog: Catalog) -> None:
    with pytest.raises(click.ClickException, match="has no output CatalogBucket"):
        Deployment({}).catalog(datetime.now(UTC))
