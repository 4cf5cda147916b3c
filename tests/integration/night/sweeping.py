"""One night of one room against the fake of AWS, in this process: run, gone wrong or killed, and run again."""

from __future__ import annotations

import importlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from benchmarks.night import household
from benchmarks.night.faults import Fault, FaultKind
from benchmarks.night.population import ACCOUNT, REGION, World, is_idle, space_of
from benchmarks.night.stand_in import StandIn, standing_in
from concierge import bootstrap
from concierge.aws import clients, places
from concierge.bootstrap import environment, shared
from concierge.errors import ConciergeError
from concierge.night.invocation import Invocation
from tests.integration.night import laws
from tests.integration.night.watching import Attempt, Hurried, Killed, Watch

roots = importlib.import_module("concierge.bootstrap.night")  # the package has a function of this name

IDLE, TAGS = "idle_shutdown", "tag_remediation"
_ROOTS: Mapping[str, Callable[[Invocation], Any]] = {
    IDLE: bootstrap.idle_shutdown,
    TAGS: bootstrap.tag_remediation,
}
LATER = timedelta(minutes=10)  # reports of half an hour ago still count
_MINUTES = 14
WITHOUT_REPORTS = {"ACTIVITY_TABLE": "empty"}  # variables

# More than one page of profiles; wrong ones in three teams, two in each; a space and an app that never had a tag.
WORLD = World(apps=12, profiles=110, idle_share=0.5, wrong_share=0.057, tagged_share=0.92, now=float(int(time.time())))
IDLE_SPACES = tuple(space_of(number) for number in range(1, WORLD.apps + 1) if is_idle(WORLD, number))
_KNOWN = {
    household.LEDGER: [household.binding(number) for number in range(1, WORLD.profiles + 1)],
    household.ACTIVITY: [household.report(WORLD, number) for number in range(1, WORLD.apps + 1)],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run. answer: None if it failed; failure: what it said then, "killed" if it was."""

    answer: Mapping[str, Any] | None
    failure: str
    attempts: tuple[Attempt, ...]
    left: Mapping[str, Any]

    @property
    def calls(self) -> Counter[str]:
        """How often each operation was sent."""
        return Counter(each.operation for each in self.attempts)

    @property
    def is_silent(self) -> bool:
        """Whether it neither failed nor counts anything that it did not do."""
        if self.answer is None:
            return False
        counts = self.answer["domains"].get("bench", {})
        return self.answer["finished"] and not counts.keys() & {"waiting", "failed", "blocked", "deferred"}


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What a night and the runs after it have come to; of a good one all but `stopped` and `left` is empty.

    stopped:  how often each app was stopped (laws.stops).
    left:     what the fake says of the domain.
    again:    laws.needless. unannounced: laws.unannounced, of each run by itself. silent: a run that left something
              undone without saying so. late: what the last run, which had nothing to do, has written or begun.
    failures: of the runs after the first, if any.
    """

    stopped: Mapping[str, int]
    left: Mapping[str, Any]
    again: tuple[str, ...] = ()
    unannounced: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()


UNTOUCHED = {"apps": {"InService": WORLD.apps}, "wrong_profiles": 6, "untagged": 2}
_STOPPED = {"InService": WORLD.apps - len(IDLE_SPACES), "Deleting": len(IDLE_SPACES)}
GOOD = {
    IDLE: End(stopped=dict.fromkeys(IDLE_SPACES, 1), left={**UNTOUCHED, "apps": _STOPPED}),
    TAGS: End(stopped={}, left={**UNTOUCHED, "wrong_profiles": 0, "untagged": 0}),
}


@dataclass
class Night:
    """aws: the fake. clock: that of all waiting. patch: for the environment of the functions."""

    aws: StandIn
    watch: Watch
    clock: Hurried
    patch: pytest.MonkeyPatch

    def sets(self, **variables: str) -> None:
        """The functions' environment as household gives it, but for these variables."""
        for name, value in {**household.environment(), **variables}.items():
            self.patch.setenv(name, value)

    def settle(self, **parameters: float) -> None:
        """The domain of WORLD, or another one, and what is known of WORLD's people; nothing stopped, nothing mended."""
        self.aws.world(**{**asdict(WORLD), **parameters})
        self.aws.items(_KNOWN)

    def run(
        self,
        room: str,
        *,
        after: timedelta = timedelta(),
        kill_after: int | None = None,
        kill_at_fault: bool = False,
        upon: Mapping[str, Callable[[], None]] | None = None,
    ) -> Ran:
        """One run in a new container, due `after` the first one; only connections are kept, which take long to make.

        The rest is Watch.look's.
        """
        _forget(environment, shared, roots)
        self.watch.look(kill_after=kill_after, kill_at_fault=kill_at_fault, upon=upon)
        due = datetime.fromtimestamp(WORLD.now, UTC) + after
        invocation = Invocation(name=f"{room}-{after}", now=due, until=self.clock.monotonic() + _MINUTES * 60)
        event = {"schedule": "night", "time": due.isoformat(), "account": ACCOUNT, "region": REGION}
        answer, failure = None, ""
        try:
            answer = _ROOTS[room](invocation).sweep(event)
        except Killed:
            failure = "killed"
        except ConciergeError as error:
            failure = f"{type(error).__name__}: {error}"
        return Ran(answer=answer, failure=failure, attempts=tuple(self.watch.attempts), left=self.aws.state())

    def ends(self, room: str, *faults: Fault, kill_after: int | None = None, kill_at_fault: bool = False) -> End:
        """A night that goes wrong, and as many more runs, two at the most, as it takes until one has nothing to do."""
        self.settle()
        self.aws.faults(*faults)
        first = self.run(room, kill_after=kill_after, kill_at_fault=kill_at_fault)
        self.aws.faults()
        assert (first.failure == "killed") == (kill_after is not None or kill_at_fault), first.failure
        assert not faults or any(each.code != "" for each in first.attempts), f"{faults} met nobody"
        runs = [first, self.run(room, after=LATER)]
        if laws.writes(runs[-1].attempts):
            runs.append(self.run(room, after=2 * LATER))
        return end_of(room, runs, lost=any(each.kind is FaultKind.LOST for each in faults))


def end_of(room: str, runs: Sequence[Ran], *, lost: bool = False) -> End:
    """lost: whether an attempt without an answer has had its effect."""
    every = [attempt for run in runs for attempt in run.attempts]
    undone = [run for run in runs if run.left != GOOD[room].left]
    last = runs[-1].attempts
    return End(
        stopped=laws.stops(every, lost=lost),
        left=runs[-1].left,
        again=tuple(laws.needless(every)),
        unannounced=tuple(each for run in runs for each in laws.unannounced(run.attempts)),
        silent=tuple(str(run.answer) for run in undone if run.is_silent),
        late=tuple(each.operation for each in laws.writes(last)) + tuple(map(str, laws.told(last, "Change Begun"))),
        failures=tuple(run.failure for run in runs[1:] if run.failure),
    )


@contextmanager
def nights() -> Iterator[Night]:
    """The fake of AWS with everybody in it, and the functions' environment; nothing of it stays."""
    ours = logging.getLogger("concierge")
    level = ours.level  # the functions set it, as their environment says
    with pytest.MonkeyPatch.context() as patch, standing_in(latency=0) as aws:
        for name, value in aws.environment().items():
            patch.setenv(name, value)
        watch, clock = Watch(), Hurried()
        for module in (places, roots, importlib.import_module("botocore.endpoint")):
            patch.setattr(module, "time", clock)
        session = boto3.Session()
        watch.attach(session.events)
        patch.setattr(boto3, "DEFAULT_SESSION", session)
        _forget(clients, environment, shared, roots)
        household.move_in(aws, WORLD)
        night = Night(aws, watch, clock, patch)
        night.sets()
        yield night
    _forget(clients, environment, shared, roots)
    ours.setLevel(level)


def _forget(*modules: Any) -> None:
    """What a container keeps for its life."""
    for module in modules:
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
