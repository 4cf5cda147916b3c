"""Runs a plan, change by change. Dry run is a mode of the same code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from concierge.errors import AwsError, NotYet, Throttled
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


def apply(
    plan: Plan,
    perform: Perform,
    *,
    mode: Mode,
    pause: Pause,
    retry: Retry | None = None,
    requeue_after: timedelta = timedelta(seconds=10),
) -> Applied:
    """Applies the plan in order and returns what became of every change.

    A failure stops its own thread only. An expected failure (AwsError) is a result, never an exception; anything
    else is a defect and is raised. `perform` must be safe to repeat: after a crash the next run starts over.
    """
    retry = retry or Retry()
    results: list[ApplyResult] = []
    stopped: set[str] = set()
    for change in plan.changes:
        if change.thread in stopped:
            results.append(ApplyResult(change=change, outcome=Outcome.BLOCKED))
            continue
        result = _run(change, perform, mode=mode, pause=pause, retry=retry)
        results.append(result)
        if result.outcome in (Outcome.WAITING, Outcome.FAILED):
            stopped.add(change.thread)
    waits = [wait.after for wait in plan.waits]
    waits += [requeue_after for result in results if result.outcome is Outcome.WAITING]
    return Applied(plan=plan, results=tuple(results), requeue_after=min(waits, default=None))


def _run(change: Change, perform: Perform, *, mode: Mode, pause: Pause, retry: Retry) -> ApplyResult:
    if mode is Mode.DRY_RUN:
        return ApplyResult(change=change, outcome=Outcome.PLANNED)
    for attempt in range(1, retry.attempts + 1):
        try:
            perform(change)
        except Throttled as error:
            if attempt == retry.attempts:
                return _unfinished(change, Outcome.WAITING, error, attempt)
            pause(retry.base * 2 ** (attempt - 1))
        except NotYet as error:
            return _unfinished(change, Outcome.WAITING, error, attempt)
        except AwsError as error:
            return _unfinished(change, Outcome.FAILED, error, attempt)
        else:
            return ApplyResult(change=change, outcome=Outcome.APPLIED, attempts=attempt)
    raise ValueError(f"retry.attempts must be at least 1, not {retry.attempts}")


def _unfinished(change: Change, outcome: Outcome, error: AwsError, attempts: int) -> ApplyResult:
    return ApplyResult(change=change, outcome=outcome, code=error.code, message=str(error), attempts=attempts)
