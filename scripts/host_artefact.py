"""The artefact once more, with wheels for this machine: what `make build` makes for Lambda's platform cannot run here.

Same lock, same sources, same pruning, same compilation.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

from scripts.artefact import compiled, pruned
from scripts.bytecode import compile_tree
from scripts.wheels import LAYER_LOCK, WheelsMissing, fetch_wheels

LAYER = "ConciergeLayer"
_STAMP = "installed.lock"


def host_artefact(interpreter: Path, root: Path, folder: Path) -> tuple[str, ...]:
    """Fills `folder` as `.aws-sam/build` is filled: the layer, and one folder for each function; returns its report.

    root: of the checkout. `.build/host-layer` there keeps the installed wheels for the next time.

    Raises:
        WheelsMissing: pip refused; its message is on standard error already.
        NotCompiled: a file is not Python for the interpreter's version.
    """
    python = folder / LAYER / "python"
    shutil.copytree(_installed(interpreter, root), python)
    ours = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "layers" / "concierge" / "concierge", python / "concierge", ignore=ours)
    for function in sorted(each.parent for each in (root / "functions").glob("*/app.py")):
        shutil.copytree(function, folder / function.name, ignore=ours)
    return (*pruned(folder), *compiled(folder, partial(_compiled_in_place, interpreter)))


def _compiled_in_place(interpreter: Path, python: Path, _mounted_at: str) -> int:
    """Bytecode that names its source where it is: here, as in Lambda, Python has nothing to correct."""
    return compile_tree(interpreter, python, str(python.resolve()))


def _installed(interpreter: Path, root: Path) -> Path:
    """The locked packages, installed without bytecode from the very wheels that `make build` fetches."""
    lock, folder = root / LAYER_LOCK, root / ".build" / "host-layer"
    packages, stamp = folder / "python", folder / _STAMP
    wanted = f"{interpreter}\n".encode() + lock.read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return packages
    shutil.rmtree(folder, ignore_errors=True)
    wheels = fetch_wheels(interpreter, lock, root / ".build" / "wheels")
    command = [str(interpreter), "-m", "pip", "install", "-qq", "--progress-bar=off", "--no-input", "--no-compile"]
    command += ["--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-index"]
    command += ["--find-links", str(wheels), "--target", str(packages), "--requirement", str(lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise WheelsMissing(f"pip could not install the wheels of {lock} (its message is above)")
    stamp.write_bytes(wanted)
    return packages
