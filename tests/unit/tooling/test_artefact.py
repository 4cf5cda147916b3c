"""What `make build` does after `sam build`: which folders are what, and what it says when something fails."""

import sys
from functools import partial
from pathlib import Path

import pytest

from scripts import build
from scripts.artefact import parts
from scripts.bytecode import NoContainer, compile_tree, without_bytecode

COMPILE = partial(compile_tree, Path(sys.executable))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A build folder as `sam build` leaves it: one layer with a service too many, one function, the template."""
    data = tmp_path / "ConciergeLayer" / "python" / "botocore" / "data"
    for service in ("s3", "ec2"):
        (data / service).mkdir(parents=True)
        (data / service / "service-2.json.gz").write_bytes(b"0" * 200_000)
    package = tmp_path / "ConciergeLayer" / "python" / "concierge"
    package.mkdir()
    (package / "clients.py").write_text("SERVICE = 's3'\n")
    (tmp_path / "Onboarding").mkdir()
    (tmp_path / "Onboarding" / "app.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "template.yaml").write_text("Resources: {}\n")
    return tmp_path


def test_the_layer_is_shown_under_opt_and_a_function_under_var_task(built: Path) -> None:
    assert {part.name: (part.python, part.mounted_at) for part in parts(built)} == {
        "ConciergeLayer": (built / "ConciergeLayer" / "python", "/opt/python"),
        "Onboarding": (built / "Onboarding", "/var/task"),
    }


def test_the_artefact_is_pruned_and_compiled_and_the_sizes_are_said(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.finish(built, COMPILE) == 0
    assert list(without_bytecode(built)) == []
    said = capsys.readouterr().out
    assert "ConciergeLayer: 0.4 MB, of which 0.2 MB are never loaded and removed; APIs kept: s3" in said
    assert "Bytecode of 2 files" in said


def test_finishing_twice_is_finishing_once(built: Path) -> None:
    build.finish(built, COMPILE)
    files = {each: each.read_bytes() for each in built.rglob("*") if each.is_file()}
    assert build.finish(built, COMPILE) == 0
    assert {each: each.read_bytes() for each in built.rglob("*") if each.is_file()} == files


def test_a_file_that_does_not_compile_fails_the_build_and_is_named(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (built / "Onboarding" / "app.py").write_text("def handler(:\n")
    assert build.finish(built, COMPILE) == 1
    assert "Onboarding/app.py" in capsys.readouterr().err


def test_an_artefact_without_bytecode_is_built_and_its_price_is_said(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_container(folder: Path, mounted_at: str) -> int:
        raise NoContainer("no such image")

    assert build.finish(built, no_container) == 0
    said = capsys.readouterr().err
    assert "no such image" in said
    assert "no bytecode" in said
    assert "up to twice the CPU" in said


def test_sam_that_built_nothing_is_left_alone(tmp_path: Path) -> None:
    assert build.finish(tmp_path / "nothing", COMPILE) == 0


@pytest.mark.parametrize(
    ("options", "folder"),
    [
        ([], ".aws-sam/build"),
        (["--debug"], ".aws-sam/build"),
        (["-b", "out"], "out"),
        (["--build-dir=out", "--parallel"], "out"),
    ],
)
def test_the_artefact_is_looked_for_where_sam_was_told_to_leave_it(options: list[str], folder: str) -> None:
    assert build.build_folder(options) == Path(folder)
