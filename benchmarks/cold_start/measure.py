"""Fresh processes, one after the other, and what each of them cost."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.cold_start.scene import LINK, ROOT, Scene

_RUNNER = Path(__file__).with_name("first_response.py")
_PATIENCE = 60  # seconds

Costs = Mapping[str, Sequence[float]]  # of each subject, seconds of CPU in each round


class NoRedirect(Exception):
    """A process that was to be measured did not lead into Studio; the message has its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A handler to measure.

    function: whose event it gets. module: what has the handler. path: where modules are looked for, in this order.
    """

    name: str
    function: str
    module: str
    path: tuple[Path, ...]
    interpreter: str = sys.executable
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A redirect into Studio. cpu: seconds until the handler answered. modules: top-level ones, loaded by then."""

    cpu: float
    modules: frozenset[str]


def respond(subject: Subject, scene: Scene) -> Response:
    """Runs the subject once, in a process that has seen nothing; raises NoRedirect."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, subject.path)),
        "PYTHONSAFEPATH": "1",  # the runner's own folder is nobody's module path
        **scene.environment,
        **subject.settings,
    }
    command = [subject.interpreter, str(_RUNNER), subject.module, str(scene.event(subject.function))]
    ran = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_PATIENCE
    )
    said = json.loads(ran.stdout.splitlines()[-1]) if ran.returncode == 0 else {}
    if said.get("location") != LINK:
        raise NoRedirect(f"{subject.name} ({subject.function}) did not lead into Studio:\n{ran.stderr}{ran.stdout}")
    return Response(cpu=said["cpu"], modules=frozenset(said["modules"]))


def in_rounds(names: Sequence[str], cost: Callable[[str], float], rounds: int) -> Costs:
    """Each one once per round, so that a slow moment of the machine meets all of them; another one first each time.

    One round before counts for nothing: it fills caches, and leaves bytecode where bytecode may be left.
    """
    costs: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            seconds = cost(name)
            if number:
                costs[name].append(seconds)
    return costs


def milliseconds(seconds: Sequence[float]) -> str:
    """The median."""
    return f"{statistics.median(seconds) * 1000:.0f}"


def over(seconds: Sequence[float], least: Sequence[float]) -> str:
    """The median of what it costs more than another one in the same round, in milliseconds."""
    return milliseconds([mine - other for mine, other in zip(seconds, least, strict=True)])


def ratio(seconds: Sequence[float], stock: Sequence[float]) -> str:
    """The median of the ratios to another one in the same round."""
    return f"{statistics.median(mine / other for mine, other in zip(seconds, stock, strict=True)):.2f}"
