"""Runs a plan, change by change. Dry run is a mode of the same code."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from concierge.errors import AwsError, NotYet, OutOfTime, Throttled
from concierge.plan import Change, Plan

Perform = Callable[[Change], None]
Pause = Callable[[float], None]


class Mode(StrEnum):
    """Whether a plan is carried out or only shown."""

    APPLY = "apply"
    DRY_RUN = "dry-run"


class Outcome(StrEnum):
    """What became of one change."""

    APPLIED = "applied"
    PLANNED = "planned"  # dry run: would be applied
    WAITING = "waiting"  # AWS is not ready; look again later
    FAILED = "failed"
    BLOCKED = "blocked"  # an earlier change of its thread did not succeed
    DEFERRED = "deferred"  # the run's time was up before its turn came


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyResult:
    """One change and what became of it; `code` and `message` are AWS's where it answered with an error."""

    change: Change
    outcome: Outcome
    code: str = ""
    message: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A plan after its run."""

    plan: Plan
    results: tuple[ApplyResult, ...]
    requeue_after: timedelta | None = None

    @property
    def failed(self) -> tuple[ApplyResult, ...]:
        """The changes that AWS refused."""
        return tuple(result for result in self.results if result.outcome is Outcome.FAILED)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do: no failure, and nothing to come back for."""
        return self.requeue_after is None and not self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Backoff for throttled calls, on top of botocore's own three attempts.

    attempts: how often a change is tried in all.
    base:     seconds before the second try; doubled for each further one.
    """

    attempts: int = 3
    base: float = 0.5


def never() -> bool:
    """For runs whose time is not up before they are done."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How hard a run tries.

    pause:      waits for so many seconds.
    workers:    how many threads of a plan run side by side; each of them still runs in order.
    time_is_up: asked before each change; what has not begun by then is deferred.
    """

    pause: Pause
    retry: Retry = field(default_factory=Retry)
    workers: int = 1
    time_is_up: Callable[[], bool] = never


def apply(
    plan: Plan,
    perform: Perform,
    *,
    mode: Mode,
    effort: Effort,
    requeue_after: timedelta = timedelta(seconds=10),
) -> Applied:
    """Applies the plan and returns what became of every change, in the plan's order.

    A failure stops its own thread only. An expected failure (AwsError) is a result, never an exception; anything
    else is a defect and is raised. `perform` must be safe to repeat: after a crash the next run starts over.
    """
    threads: dict[str, list[int]] = {}
    for index, change in enumerate(plan.changes):
        threads.setdefault(change.thread, []).append(index)

    def run(indices: list[int]) -> list[ApplyResult]:
        return _in_order([plan.changes[index] for index in indices], perform, mode, effort)

    if effort.workers == 1:
        ran = [run(indices) for indices in threads.values()]
    else:
        with ThreadPoolExecutor(effort.workers) as pool:
            ran = list(pool.map(run, threads.values()))
    by_index = {
        index: result
        for indices, results in zip(threads.values(), ran, strict=True)
        for index, result in zip(indices, results, strict=True)
    }
    results = tuple(by_index[index] for index in range(len(plan.changes)))
    waits = [wait.after for wait in plan.waits]
    waits += [requeue_after for result in results if result.outcome is Outcome.WAITING]
    return Applied(plan=plan, results=results, requeue_after=min(waits, default=None))


def _in_order(changes: list[Change], perform: Perform, mode: Mode, effort: Effort) -> list[ApplyResult]:
    results: list[ApplyResult] = []
    for change in changes:
        if results and results[-1].outcome in _STOPPING:
            results.append(ApplyResult(change=change, outcome=_after(results[-1].outcome)))
        elif effort.time_is_up():
            results.append(ApplyResult(change=change, outcome=Outcome.DEFERRED))
        else:
            results.append(_run(change, perform, mode=mode, effort=effort))
    return results


_STOPPING = frozenset({Outcome.WAITING, Outcome.FAILED, Outcome.BLOCKED, Outcome.DEFERRED})


def _after(outcome: Outcome) -> Outcome:
    return Outcome.DEFERRED if outcome is Outcome.DEFERRED else Outcome.BLOCKED


def _run(change: Change, perform: Perform, *, mode: Mode, effort: Effort) -> ApplyResult:
    if mode is Mode.DRY_RUN:
        return ApplyResult(change=change, outcome=Outcome.PLANNED)
    retry = effort.retry
    for attempt in range(1, retry.attempts + 1):
        try:
            perform(change)
        except OutOfTime as error:
            return _unfinished(change, Outcome.DEFERRED, error, attempt)
        except Throttled as error:
            if attempt == retry.attempts:
                return _unfinished(change, Outcome.WAITING, error, attempt)
            effort.pause(retry.base * 2 ** (attempt - 1))
        except NotYet as error:
            return _unfinished(change, Outcome.WAITING, error, attempt)
        except AwsError as error:
            return _unfinished(change, Outcome.FAILED, error, attempt)
        else:
            return ApplyResult(change=change, outcome=Outcome.APPLIED, attempts=attempt)
    raise ValueError(f"retry.attempts must be at least 1, not {retry.attempts}")


def _unfinished(change: Change, outcome: Outcome, error: AwsError, attempts: int) -> ApplyResult:
    return ApplyResult(change=change, outcome=outcome, code=error.code, message=str(error), attempts=attempts)
