"""What an administrator types and sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from cli.main import main
from concierge.aws import clients

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"


def concierge(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["catalog", *arguments])


@pytest.fixture
def bucket() -> Iterator[str]:
    with mock_aws():
        clients.s3.cache_clear()
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="catalog")
        yield "catalog"
        clients.s3.cache_clear()


def test_a_good_catalog_is_summed_up() -> None:
    result = concierge("check", str(EXAMPLE))
    assert result.exit_code == 0
    assert result.output.endswith("studio.yaml: 1 domains, 3 personas, 3 bindings\n")


def test_a_bad_catalog_is_listed_line_by_line_and_fails(tmp_path: Path) -> None:
    bad = tmp_path / "studio.yaml"
    bad.write_text("version: 1\ndirectories: []\n")
    result = concierge("check", str(bad))
    assert result.exit_code == 1
    assert f"{bad}:1:1: (file): domains, personas, bindings is missing" in result.output
    assert "nothing was changed" in result.output


def test_grants_says_what_and_by_which_group() -> None:
    result = concierge("grants", str(EXAMPLE), "studio-ml-research", "cafeteria")
    assert result.output == (
        "research: data-scientist, by studio-ml-research (cost-centre=cc-4711, team=ml-research)\n"
        "no binding names cafeteria\n"
    )


def test_publishing_shows_the_change_once_and_then_nothing(bucket: str) -> None:
    dry = concierge("publish", str(EXAMPLE), "--bucket", bucket, "--dry-run")
    assert "+ persona data-scientist" in dry.output
    assert "nothing was uploaded" in dry.output
    first = concierge("publish", str(EXAMPLE), "--bucket", bucket)
    assert "+ binding studio-ml-research" in first.output
    assert f"published to s3://{bucket}/catalog.json" in first.output
    again = concierge("publish", str(EXAMPLE), "--bucket", bucket)
    assert again.output == "the published catalog is this one already\n"


def test_a_bucket_that_is_not_there_is_said_plainly(bucket: str) -> None:
    result = concierge("publish", str(EXAMPLE), "--bucket", f"no-{bucket}")
    assert result.exit_code != 0
