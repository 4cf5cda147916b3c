"""Makes a virtual environment that holds exactly what a lock file names.

    python -m scripts.environment .venv requirements/dev.lock

The environment keeps a copy of the lock that filled it. While the two are equal there is nothing to do,
whatever the files' dates say, so that a second call needs no network.
"""

import argparse
import platform
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

_STAMP = "installed.lock"


class EnvironmentFailed(Exception):
    """The environment could not be filled; what pip said is on standard error already."""


def is_current(folder: Path, lock: Path) -> bool:
    """Whether the environment at `folder` works and was filled from a lock of this content."""
    stamp = folder / _STAMP
    return (folder / "bin" / "python").exists() and stamp.exists() and stamp.read_bytes() == lock.read_bytes()


def count_packages(lock: Path) -> int:
    """The number of pins in the lock, those for other platforms included."""
    return sum("==" in line and not line.startswith((" ", "#")) for line in lock.read_text().splitlines())


def make(folder: Path, lock: Path) -> None:
    """Makes `folder` anew with the running interpreter and fills it from `lock`, checked by hash.

    A lock that changed gets a new environment, not an upgraded one: what an older lock left behind would
    hide a missing requirement. The stamp is written last; an interrupted call is repaired by the next one.

    Raises:
        EnvironmentFailed: pip could not install all of the lock, or the lock is not complete.
    """
    started = time.monotonic()
    print(f"Making {folder} with Python {platform.python_version()}", flush=True)
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(folder)
    print(f"Installing up to {count_packages(lock)} packages from {lock}, checked by hash", flush=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    # --no-deps: the lock is complete, and pip's own resolver refuses hashed pins that others ask for with
    # extras (boto3 and boto3[crt]). That nothing is missing is checked afterwards.
    install = [*pip, "install", "-qq", "--progress-bar=off", "--no-deps", "--require-hashes"]
    for command in ([*install, "--requirement", str(lock)], [*pip, "check", "-qq"]):
        if subprocess.run(command, check=False).returncode != 0:
            raise EnvironmentFailed(f"{folder} is not ready: pip refused {lock} (its message is above)")
    shutil.copyfile(lock, folder / _STAMP)
    print(f"Ready in {time.monotonic() - started:.0f} s; later calls need no network", flush=True)


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="scripts.environment", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("lock", type=Path)
    options = parser.parse_args(arguments)
    if is_current(options.folder, options.lock):
        return 0
    try:
        make(options.folder, options.lock)
    except EnvironmentFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
