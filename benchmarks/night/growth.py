"""Larger and larger domains: what each further resource costs, in time, calls and memory.

The fake answers at once and limits nothing here: what is left is our own work, and in the tag sweep the pace that AWS's
documented limits ask for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rich.table import Table

from benchmarks.night import ours
from benchmarks.night.measured import Run
from benchmarks.night.population import World
from benchmarks.night.report import settle
from benchmarks.night.stand_in import StandIn, standing_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One size: so many apps or profiles, and what their sweep cost."""

    size: int
    run: Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """One of our sweeps at sizes from small to large; `of` says what there are so many of."""

    room: str
    of: str
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Apps of the idle sweeps, and profiles of the tag sweeps, from small to large."""

    apps: tuple[int, ...]
    profiles: tuple[int, ...]


FULL = Sizes(apps=(625, 2_500, 10_000), profiles=(2_500, 10_000, 20_000))
QUICK = Sizes(apps=(250, 1_000), profiles=(250, 1_000))


def measure(program: ours.Program, sizes: Sizes) -> tuple[Growth, ...]:
    """Idle sweeps of domains in which everybody has an app, and tag sweeps of domains in which nobody has."""
    with standing_in(latency=0) as aws:
        idle = [_step(aws, program, ours.stop_idle, World(apps=n, profiles=n, now=time.time())) for n in sizes.apps]
        tags = [
            _step(aws, program, ours.mend_profiles, World(apps=0, profiles=n, now=time.time())) for n in sizes.profiles
        ]
    return (Growth(room="idle sweep", of="apps", steps=idle), Growth(room="tag sweep", of="profiles", steps=tags))


def table(grown: Sequence[Growth]) -> Table:
    """One row per size; what a further resource costs is the difference to the size before."""
    shown = Table(
        title="Growth, without latency: what a thousand further resources cost",
        title_justify="left",
        caption="Linear: the figures of the last three columns stay as they are from one size to the next.",
        caption_justify="left",
    )
    columns = ("sweep", "of", "seconds", "CPU s", "calls", "peak MB", "+ CPU s", "+ calls", "+ MB")
    for column in columns:
        shown.add_column(column, justify="left" if column == "sweep" else "right")
    for each in grown:
        further = [("", "", ""), *(_further(small, large) for small, large in pairwise(each.steps))]
        for step, more in zip(each.steps, further, strict=True):
            shown.add_row(each.room, f"{step.size:,} {each.of}", *_figures(step.run), *more)
        shown.add_section()
    return shown


def problems(grown: Sequence[Growth]) -> tuple[str, ...]:
    """Which sweeps did not do their whole job."""
    return tuple(
        f"{each.room} of {step.size:,} {each.of}: {step.run.said[-2000:]}"
        for each in grown
        for step in each.steps
        if not step.run.ok
    )


def _step(
    aws: StandIn, program: ours.Program, sweep: Callable[[StandIn, World, ours.Program], Run], world: World
) -> Step:
    settle(aws, world)
    return Step(size=world.apps or world.profiles, run=sweep(aws, world, program))


def _figures(run: Run) -> tuple[str, ...]:
    return (f"{run.seconds:.1f}", f"{run.cpu_seconds:.1f}", f"{run.total:,}", f"{run.peak_mb:.0f}")


def _further(small: Step, large: Step) -> tuple[str, str, str]:
    thousands = (large.size - small.size) / 1000
    return (
        f"{(large.run.cpu_seconds - small.run.cpu_seconds) / thousands:.2f}",
        f"{(large.run.total - small.run.total) / thousands:.0f}",
        f"{(large.run.peak_mb - small.run.peak_mb) / thousands:.1f}",
    )
