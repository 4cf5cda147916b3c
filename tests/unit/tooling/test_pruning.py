"""What is taken out of the layer is never missed: every client that the code makes can be made from what is left."""

import ast
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scripts.pruning import prune, services_known, services_named, size_of

SDK = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
EVERY_CLIENT = """
import inspect
from concierge.aws import clients
for make in vars(clients).values():
    if hasattr(make, "cache_clear"):
        made = make("eu-west-1") if inspect.signature(make.__wrapped__).parameters else make()
        print(made.meta.service_model.service_name)
        made.waiter_names
        [made.can_paginate(name) for name in made.meta.method_to_api_mapping]
"""


@pytest.fixture(scope="module")
def layer(repository: Path) -> Path:
    return repository / "layers" / "concierge"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AWS SDK as installed here, with metadata, in a folder of its own."""
    folder = tmp_path_factory.mktemp("layer") / "python"
    for name in SDK:
        found = distribution("python-dateutil" if name == "dateutil" else name)
        for file in found.files or ():
            source = Path(str(found.locate_file(file)))
            if ".." not in file.parts and file.suffix != ".pyc" and source.is_file():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / file)
    return folder


@pytest.fixture(scope="module")
def pruned(site: Path, repository: Path, layer: Path) -> tuple[Path, frozenset[str], int]:
    services = services_named([layer / "concierge", repository / "functions"], services_known(site))
    before = size_of(site)
    removed = prune(site, services)
    assert before - size_of(site) == removed
    return site, services, removed


def services_of_clients(layer: Path) -> set[str]:
    """The literal first argument of each `….client(…)` in the one module that makes clients."""
    tree = ast.parse((layer / "concierge" / "aws" / "clients.py").read_text())
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and ast.unparse(each.func) == "boto3.client"]
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_every_service_that_is_called_is_kept(pruned: tuple[Path, frozenset[str], int], layer: Path) -> None:
    called = services_of_clients(layer)
    assert {"dynamodb", "iam", "s3", "sagemaker", "sts"} <= called
    assert called <= pruned[1] == services_known(pruned[0])


def test_few_services_are_kept_that_nobody_calls(pruned: tuple[Path, frozenset[str], int]) -> None:
    assert len(pruned[1]) < 20


def test_every_client_can_be_made_from_what_is_left(pruned: tuple[Path, frozenset[str], int], layer: Path) -> None:
    environment = {
        "PYTHONPATH": f"{pruned[0]}:{layer}",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    command = [sys.executable, "-S", "-c", EVERY_CLIENT]  # -S: without the packages of this environment
    made = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert set(made.stdout.split()) == services_of_clients(layer)


def test_most_of_the_sdk_is_data_that_nobody_reads(pruned: tuple[Path, frozenset[str], int]) -> None:
    assert pruned[2] > 10_000_000


def test_what_botocore_reads_whatever_the_service_is_kept(pruned: tuple[Path, frozenset[str], int]) -> None:
    kept = {each.name for each in (pruned[0] / "botocore" / "data").iterdir() if each.is_file()}
    assert {"endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json"} <= kept


def test_licences_and_what_scanners_read_are_kept(pruned: tuple[Path, frozenset[str], int]) -> None:
    for folder in pruned[0].glob("*.dist-info"):
        names = {each.name for each in folder.rglob("*")}
        assert "METADATA" in names
        assert any(name.startswith(("LICENSE", "COPYING")) for name in names), folder
        assert "RECORD" not in names


def test_pruning_again_finds_nothing(pruned: tuple[Path, frozenset[str], int]) -> None:
    assert prune(pruned[0], pruned[1]) == 0


def test_tests_and_sources_of_extensions_go_and_the_extensions_stay(tmp_path: Path) -> None:
    keep = ["lxml/etree.so", "lxml/etree.py", "concierge/testing.py", "certifi/cacert.pem"]
    drop = ["lxml/etree.pyx", "lxml/includes/zlib.h", "certifi/tests/test_it.py", "some/deep/tests/__init__.py"]
    for name in (*keep, *drop, "botocore/data/endpoints.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    prune(tmp_path, frozenset())
    left = {str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()}
    assert left == {*keep, "botocore/data/endpoints.json"}


def test_a_service_that_is_named_anywhere_counts(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def iam(session, name='kms'):\n    return session.client(name)\n")
    (tmp_path / "b.py").write_text("NAMES = ['s3', 'no-service']  # sqs\n")
    assert services_named([tmp_path], {"iam", "kms", "s3", "sqs"}) == {"kms", "s3"}
