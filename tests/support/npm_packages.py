"""The npm packages that tests run: pinned in tests/support/npm, installed there when a test first needs them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

FOLDER = Path(__file__).with_name("npm")
_LOCK = FOLDER / "package-lock.json"
_INSTALLED = FOLDER / "node_modules" / ".installed-from"  # the digest of the lock that was installed
_SECONDS = 300


def node() -> str:
    """The program node; skips the test where it is missing."""
    return _program("node")


@cache
def installed() -> Path:
    """The folder that holds node_modules as the lock has it; needs the network only after the lock has changed.

    Skips the test where node or npm is missing, or where the registry cannot be reached.
    """
    node()
    npm = _program("npm")
    lock = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    with FileLock(FOLDER / ".installing", timeout=_SECONDS):  # another worker may be at it
        if not (_INSTALLED.is_file() and _INSTALLED.read_text() == lock):
            _install(npm)
            _INSTALLED.write_text(lock)
    return FOLDER


def _install(npm: str) -> None:
    result = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        pytest.skip(f"npm could not install {_LOCK}: {result.stderr.strip()[-500:]}")


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the program {name} is not installed; {FOLDER.name} packages need it")
    return path
