"""Our sweeps against the fake, measured as the rival is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.night import household
from benchmarks.night.measured import Run, run_child
from benchmarks.night.population import World
from benchmarks.night.stand_in import ROOT, StandIn
from scripts.host_artefact import LAYER, host_artefact
from scripts.interpreters import deploy_runtime, find_interpreter


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What runs the sweeps. layer: the folder with the package `concierge`.

    options: of the interpreter; with -S it finds no other packages than those of the layer.
    """

    interpreter: Path
    layer: Path
    options: tuple[str, ...] = ()


SOURCES = Program(interpreter=Path(sys.executable), layer=ROOT / "layers" / "concierge")


@contextmanager
def deployed() -> Iterator[Program]:
    """The layer as Lambda unpacks it, with wheels of this machine, until the end of the block.

    The interpreter is one of the deploy runtime, and the running one if there is none. Raises WheelsMissing.
    """
    runtime = deploy_runtime((ROOT / "template.yaml").read_text(encoding="utf-8"))
    interpreter = find_interpreter(runtime, os.environ) or Path(sys.executable)
    with TemporaryDirectory() as folder:
        built = Path(folder) / "built"
        host_artefact(interpreter, ROOT, built)
        yield Program(interpreter=interpreter, layer=built / LAYER / "python", options=("-S",))


def stop_idle(aws: StandIn, world: World, program: Program) -> Run:
    """Stops what is idle; `ok` says whether all of it, and nothing else, was stopped."""
    idle = int(world.apps * world.idle_share)
    run = sweep(aws, world, program, "idle_shutdown")
    left = aws.state()["apps"]
    return replace(run, ok=run.ok and left.get("Deleting", 0) == idle and left.get("InService", 0) == world.apps - idle)


def mend_profiles(aws: StandIn, world: World, program: Program) -> Run:
    """Mends the tags of profiles; `ok` says whether all are right now."""
    run = sweep(aws, world, program, "tag_remediation")
    return replace(run, ok=run.ok and aws.state()["wrong_profiles"] == 0)


def sweep(aws: StandIn, world: World, program: Program, room: str) -> Run:
    """One sweep of any room, with the counters of the fake from zero; `ok` says whether it came to its end."""
    environment = {
        **aws.environment(),
        **household.environment(),
        "LOG_LEVEL": "INFO",  # as template.yaml has it
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join((str(program.layer), str(ROOT))),
        "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's folders are read-only
    }
    aws.reset()
    at = datetime.fromtimestamp(world.now, UTC).isoformat()
    command = [str(program.interpreter), *program.options, "-m", "benchmarks.night.sweep", room, at]
    child = run_child(command, environment, cwd=ROOT)
    return Run.of(child, aws.counts())
