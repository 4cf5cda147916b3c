"""What people find set in their JupyterLab, and what of their own is left as it is."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "lifecycle" / "jupyterlab-defaults.sh"
PATH = "/usr/bin:/bin"
OWN = {
    ".config/pip/pip.conf": "[global]\ntimeout = 9\n",
    ".condarc": "channels: [ours]\n",
    ".gitconfig": "[init]\n\tdefaultBranch = trunk\n[credential]\n\thelper = store\n",
}


def start(home: Path, **changed: str) -> tuple[int, str]:
    """Exit status and all that was said."""
    environment = {"HOME": str(home), "PATH": PATH, **changed}
    done = subprocess.run(["/bin/bash", SCRIPT], env=environment, cwd=home, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def files(home: Path) -> Mapping[str, str]:
    return {str(path.relative_to(home)): path.read_text() for path in home.rglob("*") if path.is_file()}


def test_caches_are_in_the_home_and_git_has_defaults(tmp_path: Path) -> None:
    home = tmp_path / "home with a space"
    home.mkdir()
    assert start(home) == (0, "")
    assert files(home) == {
        ".config/pip/pip.conf": f"[global]\ncache-dir = {home}/.cache/pip\n",
        ".condarc": f"pkgs_dirs:\n  - {home}/.cache/conda\n",
        ".gitconfig": "[init]\n\tdefaultBranch = main\n[credential]\n\thelper = cache --timeout=28800\n",
    }
    assert {path.name for path in (home / ".cache").iterdir()} == {"pip", "conda"}


def test_the_second_start_changes_nothing(tmp_path: Path) -> None:
    start(tmp_path)
    first = files(tmp_path)
    assert start(tmp_path) == (0, "")
    assert files(tmp_path) == first


def test_what_people_set_themselves_stays(tmp_path: Path) -> None:
    for name, text in OWN.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert start(tmp_path) == (0, "")
    assert files(tmp_path) == OWN


def test_without_git_the_rest_is_set(tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "mkdir").symlink_to("/bin/mkdir")
    home = tmp_path / "home"
    home.mkdir()
    assert start(home, PATH=str(programs)) == (0, "")
    assert set(files(home)) == {".config/pip/pip.conf", ".condarc"}


@pytest.mark.parametrize("home", ["/dev/null", "/no/such/home"])
def test_without_a_home_the_app_starts_nevertheless(tmp_path: Path, home: str) -> None:
    code, _ = start(tmp_path, HOME=home)
    assert code == 0
    assert files(tmp_path) == {}


def test_a_file_of_git_that_cannot_be_read_does_not_keep_the_app_from_starting(tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text("[half a line\n")
    code, _ = start(tmp_path)
    assert code == 0
    assert (tmp_path / ".condarc").exists()
