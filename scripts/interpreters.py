"""Finds an interpreter of the deploy runtime: `sam build` needs the very version that Lambda will run."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

_RUNTIME = re.compile(r"^\s*Runtime:\s*(?P<runtime>python3\.\d+)\s*$", re.MULTILINE)
_REPORT_VERSION = "import sys, pip; print('python{}.{}'.format(*sys.version_info))"
_ANSWER_SECONDS = 20


class UnclearRuntime(Exception):
    """The template names no Python runtime, or more than one."""


def deploy_runtime(template: str) -> str:
    """The one runtime that the template's text names, for example `python3.13`.

    Raises:
        UnclearRuntime: there is none, or there are several.
    """
    runtimes = {match["runtime"] for match in _RUNTIME.finditer(template)}
    if len(runtimes) != 1:
        raise UnclearRuntime(f"template.yaml must name one Python runtime, found: {sorted(runtimes) or 'none'}")
    return runtimes.pop()


def find_interpreter(runtime: str, environ: Mapping[str, str]) -> Path | None:
    """The first interpreter of `runtime` that runs and has pip: from PATH, then from pyenv's versions."""
    for folder in _folders(runtime, environ):
        candidate = shutil.which(runtime, path=str(folder))
        if candidate and _is_usable(Path(candidate), runtime):
            return Path(candidate)
    return None


def _folders(runtime: str, environ: Mapping[str, str]) -> Iterator[Path]:
    yield from (Path(entry) for entry in environ.get("PATH", "").split(os.pathsep) if entry)
    version = runtime.removeprefix("python")
    root = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/"), ".pyenv"))
    yield from sorted((root / "versions").glob(f"{version}*/bin"), reverse=True)


def _is_usable(candidate: Path, runtime: str) -> bool:
    # A name is no proof: pyenv's shims exist on PATH for versions that are switched off, and exit with 127.
    try:
        answer = subprocess.run(
            [candidate, "-c", _REPORT_VERSION],
            capture_output=True,
            text=True,
            check=False,
            timeout=_ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.strip() == runtime
