"""Our night and Cloud Custodian's over the same domain, against a fake that answers slowly and throttles."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table

from benchmarks.night import custodian, household, ours
from benchmarks.night.measured import Run
from benchmarks.night.population import World
from benchmarks.night.stand_in import StandIn

LATENCY = 0.03  # seconds of each call

# The first two are documented (see concierge.pace.KNOWN), with a second's worth saved up. AWS does not publish those of
# SageMaker: these are generous to whoever asks for one thing at a time.
_READS, _WRITES = (100.0, 200.0), (50.0, 50.0)
LIMITS: Mapping[str, tuple[float, float]] = {
    "tag:GetResources": (15.0, 15.0),
    "tag:TagResources": (5.0, 5.0),
    **{
        f"sagemaker:{name}": _READS
        for name in (
            "ListDomains",
            "ListUserProfiles",
            "ListSpaces",
            "ListApps",
            "ListTags",
            "DescribeDomain",
            "DescribeUserProfile",
            "DescribeSpace",
            "DescribeApp",
        )
    },
    **{f"sagemaker:{name}": _WRITES for name in ("DeleteApp", "AddTags", "DeleteTags")},
}
_MOST_CALLS, _FEWER, _FASTER, _MOST_MB = 0.03, 40, 30, 100  # what is to be reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many apps are swept, how many profiles there are then, and how many profiles have their tags mended."""

    apps: int
    profiles: int


FULL, QUICK = Size(apps=2500, profiles=10_000), Size(apps=100, profiles=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was measured at one size. events: audit events that each of our sweeps sent."""

    size: Size
    idle: Run
    scan: Run
    tags: Run
    rival_tags: Run
    all_tags: Run
    idle_events: int
    tag_events: int

    @property
    def problems(self) -> tuple[str, ...]:
        """Which of our sweeps did not do its whole job, in its own words."""
        runs = {"idle sweep": self.idle, "tag sweep": self.tags, "tag sweep with apps": self.all_tags}
        return tuple(f"{name}: {run.said[-2000:]}" for name, run in runs.items() if not run.ok)


def compare(aws: StandIn, program: ours.Program, size: Size) -> Comparison:
    """Raises FileNotFoundError without Custodian.

    Custodian cannot stop an app: its scan stands beside a sweep of ours that also stops. It mends profiles, and so do
    we, in a domain of nothing but profiles; then once more in the one with apps and spaces, whose tags we check too.
    """
    aws.limits(LIMITS)
    busy, quiet = (World(apps=apps, profiles=size.profiles, now=time.time()) for apps in (size.apps, 0))
    settle(aws, quiet)
    tags = ours.mend_profiles(aws, quiet, program)
    settle(aws, busy)
    all_tags = ours.mend_profiles(aws, busy, program)
    tag_events = events_of(aws)
    idle = ours.stop_idle(aws, busy, program)
    idle_events = events_of(aws)
    settle(aws, busy)
    scan = custodian.scan_apps(aws)
    settle(aws, quiet)
    return Comparison(
        size=size,
        idle=idle,
        scan=scan,
        tags=tags,
        rival_tags=custodian.mend_profiles(aws),
        all_tags=all_tags,
        idle_events=idle_events,
        tag_events=tag_events,
    )


def settle(aws: StandIn, world: World, *, reporting: bool = True) -> None:
    """Puts the world into the fake, and what we know of its people."""
    aws.world(
        apps=world.apps,
        profiles=world.profiles,
        wrong_share=world.wrong_share,
        idle_share=world.idle_share,
        tagged_share=world.tagged_share,
        now=world.now,
    )
    household.move_in(aws, world, reporting=reporting)


def table(found: Comparison) -> Table:
    """One row per run, and ours beside the rival's."""
    size = found.size
    shown = Table(
        title=f"A night over {size.apps:,} apps and {size.profiles:,} profiles, {LATENCY * 1000:.0f} ms a call",
        title_justify="left",
        caption=_caption(size),
        caption_justify="left",
    )
    for column in ("what", "seconds", "calls", "throttled", "CPU s", "peak MB", "which calls"):
        shown.add_column(column, justify="left" if column in ("what", "which calls") else "right", overflow="fold")
    _row(shown, "ours: idle apps found and stopped", found.idle)
    _row(shown, "Custodian: idle apps found", found.scan)
    _ratio(shown, found.scan, found.idle)
    _row(shown, "ours: profiles mended", found.tags)
    _row(shown, "Custodian: profiles mended", found.rival_tags)
    _ratio(shown, found.rival_tags, found.tags, fewer=_FEWER, faster=_FASTER)
    _row(shown, "ours: profiles, spaces and apps mended", found.all_tags)
    return shown


def reach(found: Comparison) -> Table:
    """Each figure of ours beside what was to be reached."""
    profiles, apps = found.size.profiles, found.size.apps
    is_small = found.size.profiles < FULL.profiles
    shown = Table(
        title="The night: what was to be reached",
        title_justify="left",
        caption="In a small domain, what each sweep does once outweighs the rest." if is_small else None,
        caption_justify="left",
    )
    for column in ("what", "found", "reach"):
        shown.add_column(column, justify="left" if column == "what" else "right")
    resources = profiles + 2 * apps
    shown.add_row("tag sweep, calls a profile", f"{found.tags.total / profiles:.4f}", f"≤ {_MOST_CALLS}")
    shown.add_row(
        "with spaces and apps, calls a resource", f"{found.all_tags.total / resources:.4f}", f"≤ {_MOST_CALLS}"
    )
    shown.add_row("tag sweep, fewer calls", f"{found.rival_tags.total / found.tags.total:.1f}-fold", f"≥ {_FEWER}-fold")
    shown.add_row("tag sweep, faster", f"{found.rival_tags.seconds / found.tags.seconds:.1f}-fold", f"≥ {_FASTER}-fold")
    peak = max(found.idle.peak_mb, found.tags.peak_mb, found.all_tags.peak_mb)
    shown.add_row("memory of a sweep, MB", f"{peak:.0f}", f"≤ {_MOST_MB}")
    shown.add_row("throttled calls of the tag sweep", str(found.tags.throttled + found.all_tags.throttled), "0")
    return shown


def _row(shown: Table, what: str, run: Run) -> None:
    calls = sorted(run.calls.items(), key=lambda each: (-each[1], each[0]))
    most = ", ".join(f"{count:,} {name}" for name, count in calls if count > 1)
    once = sum(count == 1 for _, count in calls)
    shown.add_row(
        what if run.ok else f"{what} (not done)",
        f"{run.seconds:.1f}",
        f"{run.total:,}",
        f"{run.throttled:,}",
        f"{run.cpu_seconds:.1f}",
        f"{run.peak_mb:.0f}",
        f"{most}, {once} others once" if once else most,
    )


def _ratio(shown: Table, rival: Run, mine: Run, *, fewer: int | None = None, faster: int | None = None) -> None:
    def of(other: float, own: float, least: int | None = None) -> str:
        return f"{other / own:.1f}-fold" + (f" (≥ {least})" if least else "")

    shown.add_row(
        "Custodian over ours",
        of(rival.seconds, mine.seconds, faster),
        of(rival.total, mine.total, fewer),
        "",
        of(rival.cpu_seconds, mine.cpu_seconds),
        of(rival.peak_mb, mine.peak_mb),
    )
    shown.add_section()


def events_of(aws: StandIn) -> int:
    """How many audit events the last sweep sent."""
    count: int = aws.counts()["operations"].get("events:PutEvents", {}).get("entries", 0)
    return count


def _caption(size: Size) -> str:
    tenth = size.profiles // 10
    return (
        f"A quarter of the apps is idle; {tenth:,} profiles are wrong. Calls a second, and as many more saved up: "
        "GetResources 15, TagResources 5, SageMaker's reads 100 (200), its writes 50. Ours is what is deployed."
    )
