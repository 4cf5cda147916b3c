"""The tables of the night: what they show, and what they call a failure."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console, RenderableType

from benchmarks.night.growth import Growth, Step
from benchmarks.night.growth import problems as growth_problems
from benchmarks.night.growth import table as growth_table
from benchmarks.night.measured import Run
from benchmarks.night.report import LIMITS, Comparison, Size, reach, table
from concierge.pace import KNOWN

RUN = Run(seconds=2, cpu_seconds=1, peak_mb=80, calls={"tag:GetResources": 9, "s3:GetObject": 1}, throttled=0, ok=True)
RIVAL = replace(RUN, seconds=90, calls={"sagemaker:DescribeApp": 500})
FOUND = Comparison(
    size=Size(apps=100, profiles=500),
    idle=RUN,
    scan=RIVAL,
    tags=RUN,
    rival_tags=RIVAL,
    all_tags=RUN,
    idle_events=4,
    tag_events=2,
)


def shown(of: RenderableType) -> str:
    console = Console(width=250, file=StringIO())
    console.print(of)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_ours_stands_beside_the_rival_with_what_was_to_be_reached() -> None:
    text = shown(table(FOUND))
    assert "45.0-fold (≥ 30)" in text  # seconds of the tag sweeps
    assert "50.0-fold (≥ 40)" in text  # calls
    assert "9 tag:GetResources, 1 others once" in text
    assert "0.0200" in shown(reach(FOUND))  # calls a profile


def test_a_sweep_of_ours_that_was_not_done_is_a_problem_and_says_why() -> None:
    broken = replace(FOUND, idle=replace(RUN, ok=False, said="no table"), scan=replace(RIVAL, ok=False))
    assert broken.problems == ("idle sweep: no table",)
    assert FOUND.problems == ()
    assert "found and stopped (not done)" in shown(table(broken))


def test_growth_is_told_by_what_a_thousand_more_cost() -> None:
    large = replace(RUN, cpu_seconds=3, peak_mb=84, calls={"tag:GetResources": 50})
    grown = [Growth(room="tag sweep", of="profiles", steps=[Step(size=1000, run=RUN), Step(size=5000, run=large)])]
    (row,) = [line for line in shown(growth_table(grown)).splitlines() if "5,000 profiles" in line]
    assert [each.strip() for each in row.strip("│ ").split("│")][-3:] == ["0.50", "10", "1.0"]
    assert growth_problems(grown) == ()


def test_a_size_at_which_the_sweep_failed_is_named() -> None:
    step = Step(size=5000, run=replace(RUN, ok=False, said="out of memory"))
    grown = [Growth(room="idle sweep", of="apps", steps=[step])]
    assert growth_problems(grown) == ("idle sweep of 5,000 apps: out of memory",)


def test_the_documented_limits_are_those_of_our_pacers() -> None:
    for operation, pace in KNOWN.items():
        assert LIMITS[f"tag:{operation}"] == (pace.rate, pace.rate)
