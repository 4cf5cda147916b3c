"""Compiles an artefact in place, so that no cold start compiles Python, and none distrusts what was compiled.

Lambda's folders are read-only: what is not compiled here is compiled again by every cold start. And usual bytecode
names the time of its source, while `sam` gives every file in a zip the same date of 1980: it would be stale
everywhere. Unchecked hash-based bytecode (PEP 552) is taken as it is; in an artefact nobody edits the sources.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

# Sets of constants are written in the order of their hashes: the same sources give the same artefact.
_ALWAYS_THE_SAME = {"PYTHONHASHSEED": "0"}
_UNCHECKED = (1).to_bytes(4, "little")  # the second word of a .pyc: hash-based, and not checked (PEP 552)
_ENGINE_FAILED = (125, 126, 127)  # of `docker run`: the engine's own failures; everything else comes from the program
_BUILD_IMAGE = "public.ecr.aws/sam/build-{runtime}:latest-arm64"  # what `sam build --use-container` has just used
_IN_THE_CONTAINER = "/artefact"


class NotCompiled(Exception):
    """A file of the artefact does not compile; the message names it."""


class NoContainer(Exception):
    """No container ran, so that nothing was compiled; the message is the engine's."""


def compile_tree(interpreter: Path, folder: Path, mounted_at: str) -> int:
    """Compiles every .py under `folder` for `interpreter`'s version; returns how many there are.

    mounted_at: where Lambda shows the folder, such as `/opt/python`. Bytecode names its source there, so that it says
        nothing about this machine, and so that Python need not correct the name in every function that it loads.

    Raises:
        NotCompiled: a file is not Python for that version.
    """
    command = [str(interpreter), *_compileall(str(folder.resolve()), mounted_at)]
    return _checked(folder, _run(command, {**_without_python_settings(os.environ), **_ALWAYS_THE_SAME}))


def compile_in_container(runtime: str, folder: Path, mounted_at: str) -> int:
    """The same by the build image of `runtime`, for a machine without that interpreter.

    Raises:
        NoContainer: the engine did not run it.
        NotCompiled: a file is not Python for that version.
    """
    command = ["docker", "run", "--rm", "--platform=linux/arm64", f"--user={os.getuid()}:{os.getgid()}"]
    command += [f"--volume={folder.resolve()}:{_IN_THE_CONTAINER}", "--env=PYTHONHASHSEED=0"]
    command += [f"--entrypoint={runtime}", _BUILD_IMAGE.format(runtime=runtime)]
    try:
        result = _run([*command, *_compileall(_IN_THE_CONTAINER, mounted_at)], os.environ)
    except OSError as error:
        raise NoContainer(str(error)) from error
    if result.returncode in _ENGINE_FAILED:
        raise NoContainer(_said(result))
    return _checked(folder, result)


def without_bytecode(folder: Path) -> Iterator[Path]:
    """The sources of which there is no bytecode that Lambda would take unseen."""
    for source in sorted(folder.rglob("*.py")):
        compiled = source.parent.glob(f"__pycache__/{source.stem}.cpython-*.pyc")
        if not any(each.read_bytes()[4:8] == _UNCHECKED for each in compiled):
            yield source


def _compileall(root: str, mounted_at: str) -> list[str]:
    options = ["-m", "compileall", "-q", "-f", "--invalidation-mode=unchecked-hash"]
    return [*options, "-s", root, "-p", mounted_at, root]


def _without_python_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """PYTHONOPTIMIZE, PYTHONPYCACHEPREFIX and others would put the bytecode where Lambda does not look."""
    return {name: value for name, value in environ.items() if not name.startswith("PYTHON")}


def _run(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def _said(result: subprocess.CompletedProcess[str]) -> str:
    return (result.stdout + result.stderr).strip()


def _checked(folder: Path, result: subprocess.CompletedProcess[str]) -> int:
    missing = [str(each) for each in without_bytecode(folder)]
    if result.returncode != 0 or missing:
        raise NotCompiled(f"no bytecode came of: {', '.join(missing[:5]) or folder}\n{_said(result)}")
    return sum(1 for _ in folder.rglob("*.py"))
