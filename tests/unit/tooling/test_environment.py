"""Setting up: an environment is made once per lock, by content, and the right interpreter is found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import environment


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An environment as far as its stamp goes, filled from a lock of one package."""
    made = tmp_path / "venv"
    (made / "bin").mkdir(parents=True)
    (made / "bin" / "python").symlink_to(sys.executable)
    (made / "installed.lock").write_text("rich==15.0.0 \\\n    --hash=sha256:00\n")
    return made


@pytest.fixture
def lock(tmp_path: Path, folder: Path) -> Path:
    """The lock that filled `folder`, with a newer date."""
    path = tmp_path / "dev.lock"
    shutil.copyfile(folder / "installed.lock", path)
    return path


def test_an_environment_of_the_same_lock_is_left_alone(folder: Path, lock: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert environment.main([str(folder), str(lock)]) == 0
    assert sorted(folder.rglob("*")) == before


def test_a_changed_lock_makes_the_environment_stale(folder: Path, lock: Path) -> None:
    lock.write_text(lock.read_text().replace("15.0.0", "15.0.1"))
    assert not environment.is_current(folder, lock)


def test_an_environment_whose_interpreter_is_gone_is_stale(folder: Path, lock: Path) -> None:
    (folder / "bin" / "python").unlink()
    (folder / "bin" / "python").symlink_to(folder / "uninstalled")
    assert not environment.is_current(folder, lock)


def test_an_interrupted_set_up_is_stale(folder: Path, lock: Path) -> None:
    (folder / "installed.lock").unlink()
    assert not environment.is_current(folder, lock)


def test_packages_are_counted_without_their_hashes_and_comments(lock: Path) -> None:
    lock.write_text("# a==1\na==1 \\\n    --hash=sha256:00\n    # via b==2\nb==2 ; sys_platform == 'linux'\n")
    assert environment.count_packages(lock) == 2


def test_a_failed_installation_says_so_and_leaves_no_stamp(
    tmp_path: Path, lock: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert environment.main([str(tmp_path / "new"), str(lock)]) == 1
    printed = capfd.readouterr()
    assert "No matching distribution" in printed.err
    assert "is not ready" in printed.err
    assert not (tmp_path / "new" / "installed.lock").exists()


def find_python(repository: Path, path: Path, python: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", repository / "scripts" / "find-python.sh"],
        env={"PATH": str(path), "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_shim_of_a_version_that_is_switched_off_is_passed_over(repository: Path, tmp_path: Path) -> None:
    program(tmp_path / "shims", "python3.13", "echo 'command not found' >&2; exit 127")
    program(tmp_path / "shims", "python3", f'exec {sys.executable} "$@"')
    answer = find_python(repository, tmp_path / "shims")
    assert (answer.returncode, answer.stdout.strip()) == (0, sys.executable)
    assert answer.stderr == ""


def test_the_named_interpreter_comes_before_all_others(repository: Path, tmp_path: Path) -> None:
    named = program(tmp_path / "elsewhere", "mine", f'exec {sys.executable} "$@"')
    program(tmp_path / "path", "python3.13", "exit 1")
    answer = find_python(repository, tmp_path / "path", python=str(named))
    assert answer.stdout.strip() == sys.executable


def test_without_a_new_enough_python_the_message_says_what_to_do(repository: Path, tmp_path: Path) -> None:
    program(tmp_path / "old", "python3", "echo ''")
    answer = find_python(repository, tmp_path / "old")
    assert answer.returncode == 1
    assert "No Python 3.11 or newer that runs" in answer.stderr
    assert "make PYTHON=" in answer.stderr


def test_a_debian_python_without_ensurepip_is_told_which_package_it_lacks(repository: Path, tmp_path: Path) -> None:
    script = 'case "$2" in *version_info*) echo "$0" ;; *) exit 1 ;; esac'
    program(tmp_path / "debian", "python3", script)
    answer = find_python(repository, tmp_path / "debian")
    assert answer.returncode == 1
    assert "apt-get install python3-venv" in answer.stderr


def test_make_alone_lists_its_targets(repository: Path) -> None:
    listing = subprocess.run(
        ["make", "-C", str(repository), "--no-print-directory"],
        env=os.environ | {"MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    targets = {line.split()[1] for line in listing.splitlines()}
    assert {"help", "demo", "test", "check", "bench", "build", "lock", "clean"} <= targets
