"""What a program costs: time, CPU and memory of its process and of those that it waited for."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One program's work against the fake.

    cpu_seconds: user and system time. peak_mb: the most memory that was resident at once, in MiB. calls: by operation
    as IAM names it, throttled ones included. said: what it wrote, for whoever wants to know why it is not ok.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    calls: Mapping[str, int]
    throttled: int
    ok: bool
    said: str = field(default="", repr=False)

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.calls.values())

    @classmethod
    def of(cls, child: Child, counts: Mapping[str, Any]) -> Run:
        """Of a process that has ended, and what the fake has counted meanwhile (counts.Counts.report)."""
        return cls(
            seconds=child.seconds,
            cpu_seconds=child.cpu,
            peak_mb=child.peak_mb,
            calls={name: count["calls"] for name, count in counts["operations"].items()},
            throttled=counts["throttled"],
            ok=child.returncode == 0,
            said=child.stdout,
        )


class Child(NamedTuple):
    """A process that has ended. stdout: what it wrote, to standard error too."""

    seconds: float
    cpu: float
    peak_mb: float
    returncode: int
    stdout: str


def run_child(argv: Sequence[str], env: Mapping[str, str], *, cwd: Path | None = None) -> Child:
    """Runs a program to its end. `env` is all that it finds in its environment.

    A small launcher starts it: Linux counts what was resident before `exec` too, so that a child of this very process
    would never seem smaller than this process is.

    Raises:
        FileNotFoundError: there is no such program.
    """
    if not Path(argv[0]).is_file():
        raise FileNotFoundError(argv[0])
    with tempfile.TemporaryDirectory() as folder:
        figures, output = Path(folder, "figures.json"), Path(folder, "output")
        with output.open("wb") as written:
            subprocess.run(
                [sys.executable, "-I", "-S", str(_LAUNCHER), str(figures), *argv],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                check=True,
            )
        found = json.loads(figures.read_text(encoding="utf-8"))
        text = output.read_text(encoding="utf-8", errors="replace")
    return Child(
        seconds=found["seconds"],
        cpu=found["cpu"],
        peak_mb=found["peak_bytes"] / (1 << 20),
        returncode=found["returncode"],
        stdout=text,
    )
