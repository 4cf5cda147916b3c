"""Building for AWS: with the deploy runtime's interpreter, else in a container, else a clear word."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from scripts import build, wheels
from scripts.interpreters import UnclearRuntime, deploy_runtime, find_interpreter

TEMPLATE = "Globals:\n  Function:\n    Runtime: python3.13\n"
THIS = "python{}.{}".format(*sys.version_info)


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def interpreter(path: Path) -> Path:
    return program(path, f'exec {sys.executable} "$@"')


def test_the_runtime_is_read_from_the_template(repository: Path) -> None:
    assert deploy_runtime(TEMPLATE) == "python3.13"
    assert deploy_runtime((repository / "template.yaml").read_text()) == "python3.13"


@pytest.mark.parametrize("template", ["Resources: {}\n", TEMPLATE + "    Runtime: python3.12\n"])
def test_a_template_without_one_runtime_is_refused(template: str) -> None:
    with pytest.raises(UnclearRuntime):
        deploy_runtime(template)


def test_an_interpreter_on_the_path_is_found(tmp_path: Path) -> None:
    here = interpreter(tmp_path / "bin" / THIS)
    assert find_interpreter(THIS, {"PATH": str(here.parent), "HOME": str(tmp_path)}) == here


def test_a_dead_shim_does_not_hide_the_version_that_pyenv_has(tmp_path: Path) -> None:
    shim = program(tmp_path / "pyenv" / "shims" / THIS, "exit 127")
    real = interpreter(tmp_path / "pyenv" / "versions" / f"{THIS.removeprefix('python')}.0" / "bin" / THIS)
    environ = {"PATH": str(shim.parent), "PYENV_ROOT": str(tmp_path / "pyenv")}
    assert find_interpreter(THIS, environ) == real


def test_pyenv_is_searched_in_the_home_folder_when_nothing_says_where_it_is(tmp_path: Path) -> None:
    real = interpreter(tmp_path / ".pyenv" / "versions" / f"{THIS.removeprefix('python')}.9" / "bin" / THIS)
    assert find_interpreter(THIS, {"HOME": str(tmp_path)}) == real


def test_a_program_that_lies_about_its_version_is_not_taken(tmp_path: Path) -> None:
    liar = program(tmp_path / "bin" / THIS, "echo python3.9")
    assert find_interpreter(THIS, {"PATH": str(liar.parent), "HOME": str(tmp_path)}) is None


def test_sam_finds_the_interpreter_first_and_packages_in_one_folder_only(tmp_path: Path) -> None:
    environ = build.sealed({"PATH": "/usr/bin", "LANG": "C"}, Path("/opt/python/bin/python3.13"), tmp_path)
    assert environ["PATH"] == "/opt/python/bin:/usr/bin"
    assert (environ["PIP_NO_INDEX"], environ["PIP_FIND_LINKS"]) == ("1", str(tmp_path))
    assert environ["LANG"] == "C"


def test_a_docker_client_without_an_engine_does_not_count(tmp_path: Path) -> None:
    program(tmp_path / "docker", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")
    assert not build.container_engine_answers({"PATH": str(tmp_path)})


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a template, on a machine with neither interpreter nor engine; PATH is tmp_path/bin."""
    (tmp_path / "template.yaml").write_text(TEMPLATE.replace("3.13", "3.99"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


@pytest.mark.usefixtures("bare_machine")
def test_without_interpreter_and_engine_the_message_says_how_to_get_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert build.main([]) == 1
    message = capsys.readouterr().err
    assert "pyenv install 3.99" in message
    assert "start Docker" in message


def test_with_an_engine_only_the_build_runs_in_a_container(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare_machine / "bin" / "docker", "exit 0")
    asked: list[Sequence[str]] = []

    def sam_build(options: Sequence[str], environ: Mapping[str, str]) -> int:
        asked.append(options)
        return 0

    monkeypatch.setattr(build, "sam_build", sam_build)
    assert build.main(["--debug"]) == 0
    assert asked == [["--use-container", "--debug"]]


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("signxml==5.2.0 --hash=sha256:00\n")
    return path


def test_wheels_are_fetched_for_both_machines_checked_by_hash_and_only_once(tmp_path: Path, lock: Path) -> None:
    pip = program(tmp_path / "python", f'echo "$@" >> {tmp_path}/calls; mkdir -p {tmp_path}/wheels')
    for _ in range(2):
        wheels.fetch_wheels(pip, lock, tmp_path / "wheels")
    calls = (tmp_path / "calls").read_text().splitlines()
    assert ["aarch64" in call for call in calls] == [False, True]
    assert all("--require-hashes --only-binary=:all:" in call for call in calls)


def test_a_wheel_that_is_not_the_locked_one_stops_the_build(tmp_path: Path, lock: Path) -> None:
    pip = program(tmp_path / "python", "echo 'hashes do not match' >&2; exit 1")
    with pytest.raises(wheels.WheelsMissing):
        wheels.fetch_wheels(pip, lock, tmp_path / "wheels")
    assert not (tmp_path / "wheels" / "fetched.lock").exists()
