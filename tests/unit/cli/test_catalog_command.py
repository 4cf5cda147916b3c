"""What an administrator types and sees."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from cli.main import main
from concierge.aws import clients
from concierge.catalog.load import load
from concierge.catalog.source import compile_file

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
CATALOG = load(compile_file(EXAMPLE))


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
    first, *table = result.output.splitlines()
    assert first.endswith("studio.yaml: no mistakes")
    assert [line.split(maxsplit=1)[0] for line in table] == ["domains", "personas", "lifecycle", "bindings"]
    assert table[1].split() == ["personas", "3", "data-scientist,", "ml-engineer,", "analyst"]


def test_a_bad_catalog_is_listed_line_by_line_and_fails(tmp_path: Path) -> None:
    bad = tmp_path / "studio.yaml"
    bad.write_text("version: 1\ndirectories: []\n")
    result = concierge("check", str(bad))
    assert result.exit_code == 1
    assert f"{bad}:1:1: (file): domains is missing (add domains: Studio domains" in result.output
    assert f"{bad}:2:1: directories: is empty (Directories that people come from.)" in result.output
    assert result.output.splitlines()[-1] == f"Error: 4 mistakes in {bad}; nothing was changed"


def test_compiling_writes_what_the_functions_read(tmp_path: Path) -> None:
    output = tmp_path / "catalog.json"
    result = concierge("compile", str(EXAMPLE), "-o", str(output))
    assert result.exit_code == 0
    assert load(output.read_bytes()).domain("research").region == "eu-west-1"


def test_the_schema_is_printed_for_editors() -> None:
    assert concierge("schema").output == (EXAMPLE.parents[1] / "docs" / "studio.schema.json").read_text()


def test_grants_says_what_by_which_group_and_where() -> None:
    result = concierge("grants", str(EXAMPLE), "Studio-ML-Research", "SageMaker-123456789012-analyst", "cafeteria")
    exact, *_, pattern = (each.line for each in CATALOG.bindings)
    assert result.output == (
        f"research: data-scientist, by studio-ml-research, line {exact} (cost-centre=cc-4711, team=ml-research)\n"
        f"not used: research: analyst, by SageMaker-123456789012-analyst, line {pattern}, "
        "as another binding comes first\n"
        "no binding names cafeteria\n"
    )


def test_grants_says_so_when_there_is_nothing() -> None:
    assert concierge("grants", str(EXAMPLE), "cafeteria").output == "no binding names cafeteria\nnothing\n"


def test_publishing_shows_the_change_once_and_then_nothing(bucket: str) -> None:
    dry = concierge("publish", str(EXAMPLE), "--bucket", bucket, "--dry-run")
    assert "+ persona data-scientist" in dry.output
    assert "nothing was uploaded" in dry.output
    first = concierge("publish", str(EXAMPLE), "--bucket", bucket)
    assert "+ binding studio-ml-research in research" in first.output
    assert f"published to s3://{bucket}/catalog.json" in first.output
    again = concierge("publish", str(EXAMPLE), "--bucket", bucket)
    assert again.output == "the published catalog is this one already\n"


def test_a_published_catalog_of_another_release_is_replaced(bucket: str) -> None:
    clients.s3().put_object(Bucket=bucket, Key="catalog.json", Body=b'{"format": 0}')
    result = concierge("publish", str(EXAMPLE), "--bucket", bucket)
    assert "the published catalog cannot be read and is replaced: compiled catalog has format 0" in result.output
    assert result.exit_code == 0


def test_a_wrong_catalog_is_never_published(bucket: str, tmp_path: Path) -> None:
    bad = tmp_path / "studio.yaml"
    bad.write_text("version: 1\n")
    assert concierge("publish", str(bad), "--bucket", bucket).exit_code == 1
    assert "Contents" not in clients.s3().list_objects_v2(Bucket=bucket)


def test_a_bucket_that_is_not_there_is_said_plainly(bucket: str) -> None:
    result = concierge("publish", str(EXAMPLE), "--bucket", f"no-{bucket}")
    assert result.exit_code == 1
    assert result.output.startswith("Error: s3:GetObject failed with NoSuchBucket")


def test_checking_a_catalog_does_not_wait_for_boto3() -> None:
    program = "import cli.main, sys; sys.exit('boto3' in sys.modules)"
    path = f"{EXAMPLE.parents[1]}:{EXAMPLE.parents[1] / 'layers' / 'concierge'}"
    subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": path}, check=True)
