"""Builds what `sam deploy` uploads: `sam build`, with what it needs found or its absence explained.

    python -m scripts.build            further options go to `sam build`

With an interpreter of the deploy runtime on this machine, the layer's wheels are fetched first, by pip in
hash-checking mode, and `sam build` gets them as its only source. Left to itself it checks the hashes of the
wheels for this machine only, and fetches those for Lambda's platform by name and version. Without such an
interpreter the build runs in a container, whose platform is Lambda's, so that every hash is checked there.

Then what no function loads is taken out of the layer, and everything is compiled: see `pruning` and `bytecode`.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path

from scripts.artefact import Compile, compiled, pruned
from scripts.bytecode import NoContainer, NotCompiled, compile_in_container, compile_tree
from scripts.interpreters import UnclearRuntime, deploy_runtime, find_interpreter
from scripts.wheels import LAYER_LOCK, WheelsMissing, fetch_wheels

_SAM_DEFAULTS = {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
_ANSWER_SECONDS = 20
_NO_BYTECODE = (
    "The artefact has no bytecode, because no container ran that could compile it. It works, but every cold start\n"
    "compiles what it imports, and costs up to twice the CPU (`make bench` measures it). With an interpreter of the\n"
    "deploy runtime on this machine, `make build` needs no container."
)


def main(options: Sequence[str]) -> int:
    """Builds into .aws-sam; returns the exit code."""
    environ = _SAM_DEFAULTS | dict(os.environ)
    try:
        runtime = deploy_runtime(Path("template.yaml").read_text(encoding="utf-8"))
        interpreter = find_interpreter(runtime, environ)
        if interpreter:
            print(f"Building with {interpreter}", flush=True)
            wheels = fetch_wheels(interpreter, LAYER_LOCK, Path(".build/wheels"))
            code = sam_build(options, sealed(environ, interpreter, wheels))
            return code or finish(build_folder(options), partial(compile_tree, interpreter))
    except (UnclearRuntime, WheelsMissing) as failure:
        print(failure, file=sys.stderr)
        return 1
    if container_engine_answers(environ):
        print(f"No {runtime} on this machine: building in a container", flush=True)
        code = sam_build(["--use-container", *options], environ)
        return code or finish(build_folder(options), partial(compile_in_container, runtime))
    print(what_is_missing(runtime), file=sys.stderr)
    return 1


def sealed(environ: Mapping[str, str], interpreter: Path, wheels: Path) -> dict[str, str]:
    """The environment in which `sam build` finds the interpreter first, and packages in `wheels` only."""
    path = os.pathsep.join([str(interpreter.parent), environ.get("PATH", "")])
    return {**environ, "PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels.resolve())}


def sam_build(options: Sequence[str], environ: Mapping[str, str]) -> int:
    """Runs the SAM CLI of this environment; returns its exit code."""
    command = [sys.executable, "-m", "samcli", "build", *options]
    return subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, check=False).returncode


def build_folder(options: Sequence[str]) -> Path:
    """Where `sam build` with these options leaves the artefact."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-b", "--build-dir", type=Path, default=Path(".aws-sam/build"))
    folder: Path = parser.parse_known_args(options)[0].build_dir
    return folder


def finish(build: Path, compile_part: Compile) -> int:
    """Prunes and compiles what `sam build` left, and says what came of it; returns the exit code.

    Without bytecode the artefact works, but slowly: no reason to fail.
    """
    if not build.is_dir():  # sam was asked for something else, such as its help
        return 0
    try:
        for line in chain(pruned(build), compiled(build, compile_part)):
            print(line, flush=True)
    except NotCompiled as failure:
        print(failure, file=sys.stderr)
        return 1
    except NoContainer as failure:
        print(f"{failure}\n{_NO_BYTECODE}", file=sys.stderr)
    return 0


def container_engine_answers(environ: Mapping[str, str]) -> bool:
    """Whether a Docker engine runs; the client alone does not count."""
    try:
        result = subprocess.run(
            ["docker", "info"], env=environ, capture_output=True, check=False, timeout=_ANSWER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def what_is_missing(runtime: str) -> str:
    """What a person can do where neither an interpreter nor a container engine is at hand."""
    version = runtime.removeprefix("python")
    return (
        f"Building for AWS needs {runtime}, with pip, or a running Docker engine; neither is here.\n"
        f"  - an interpreter: from the system's packages, or `pyenv install {version}` (it need not be the\n"
        f"    default version: pyenv's versions are searched too), or put its folder on PATH;\n"
        f"  - or start Docker, and the build runs in AWS's image for {runtime}.\n"
        "`make demo` and `make test` need neither."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
