"""Plan, safeguards, apply and audit: the loop that every capability runs."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from concierge.apply import Applied, Effort, Mode, Outcome, Retry, apply, never
from concierge.audit import begun, events_of
from concierge.errors import AwsError, Denied, NotYet, OutOfTime, Throttled, UnsafePlan
from concierge.plan import Change, Finding, Plan, Wait
from concierge.safeguards import Limits, check

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PourTea(Change):
    """A change for these tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTable(Change):
    """A change that takes something away."""

    removes: ClassVar[bool] = True


def pour(cup: str, thread: str = "") -> PourTea:
    return PourTea(subject=cup, reason="somebody is thirsty", thread=thread)


class Kettle:
    """Performs changes; `moods` says which errors a cup meets before it succeeds."""

    def __init__(self, **moods: list[AwsError]) -> None:
        self.moods = moods
        self.poured: list[str] = []
        self.pauses: list[float] = []

    def __call__(self, change: Change) -> None:
        if mood := self.moods.get(change.subject):
            raise mood.pop(0)
        self.poured.append(change.subject)


NO_PAUSE = Effort(pause=lambda _seconds: None)


def run(
    kettle: Kettle,
    *changes: Change,
    mode: Mode = Mode.APPLY,
    waits: tuple[Wait, ...] = (),
    workers: int = 1,
    time_is_up: Callable[[], bool] = never,
) -> Applied:
    plan = Plan(scope="tea", changes=changes, waits=waits)
    retry = Retry(attempts=3, base=0.5)
    effort = Effort(pause=kettle.pauses.append, retry=retry, workers=workers, time_is_up=time_is_up)
    return apply(plan, kettle, mode=mode, effort=effort)


def test_a_dry_run_touches_nothing_and_shows_everything() -> None:
    kettle = Kettle()
    applied = run(kettle, pour("a"), pour("b"), mode=Mode.DRY_RUN)
    assert kettle.poured == []
    assert [result.outcome for result in applied.results] == [Outcome.PLANNED, Outcome.PLANNED]


def test_a_failure_stops_its_own_thread_and_no_other() -> None:
    kettle = Kettle(b=[Denied("tea:Pour", "AccessDenied", "not for you")])
    applied = run(kettle, pour("a", "x"), pour("b", "x"), pour("c", "x"), pour("d", "y"))
    outcomes = {result.change.subject: result.outcome for result in applied.results}
    assert outcomes == {
        "a": Outcome.APPLIED,
        "b": Outcome.FAILED,
        "c": Outcome.BLOCKED,
        "d": Outcome.APPLIED,
    }
    assert applied.failed[0].code == "AccessDenied"
    assert not applied.is_settled


def test_throttling_is_retried_with_growing_pauses() -> None:
    slow = Throttled("tea:Pour", "ThrottlingException", "slow down")
    kettle = Kettle(a=[slow, slow])
    applied = run(kettle, pour("a"))
    assert kettle.poured == ["a"]
    assert kettle.pauses == [0.5, 1.0]
    assert applied.results[0].attempts == 3
    assert applied.is_settled


def test_lasting_throttling_comes_back_later_instead_of_failing() -> None:
    kettle = Kettle(a=[Throttled("tea:Pour", "ThrottlingException", "slow down") for _ in range(3)])
    applied = run(kettle, pour("a"))
    assert applied.results[0].outcome is Outcome.WAITING
    assert applied.requeue_after == timedelta(seconds=10)


def test_what_aws_has_not_finished_is_waited_for_not_slept_for() -> None:
    kettle = Kettle(a=[NotYet("tea:Pour", "ValidationException", "the role is new")])
    applied = run(kettle, pour("a"), pour("b"))
    assert [result.outcome for result in applied.results] == [Outcome.WAITING, Outcome.BLOCKED]
    assert kettle.pauses == []
    assert applied.requeue_after == timedelta(seconds=10)


def test_the_soonest_wait_decides_when_to_look_again() -> None:
    waits = tuple(Wait(subject="pot", reason="warming", after=timedelta(seconds=s)) for s in (30, 5))
    assert run(Kettle(), waits=waits).requeue_after == timedelta(seconds=5)


def test_when_the_time_is_up_the_rest_is_deferred_and_not_begun() -> None:
    kettle = Kettle()
    applied = run(kettle, pour("a", "1"), pour("b", "2"), pour("c", "2"), time_is_up=lambda: kettle.poured == ["a"])
    assert kettle.poured == ["a"]
    assert [result.outcome for result in applied.results] == [Outcome.APPLIED, Outcome.DEFERRED, Outcome.DEFERRED]


def test_a_call_whose_turn_did_not_come_in_time_is_deferred_with_all_that_follows_it() -> None:
    late = OutOfTime("tea:Pour", "OutOfTime", "the time was up")
    applied = run(Kettle(a=[late]), pour("a", "1"), pour("b", "1"), pour("c", "2"))
    assert [result.outcome for result in applied.results] == [Outcome.DEFERRED, Outcome.DEFERRED, Outcome.APPLIED]


def test_threads_run_side_by_side_each_in_order_and_are_told_in_the_order_of_the_plan() -> None:
    together = threading.Barrier(2, timeout=10)
    poured: list[str] = []

    def kettle(change: Change) -> None:
        if change.subject in ("a", "c"):
            together.wait()  # both, or neither
        poured.append(change.subject)

    plan = Plan(scope="tea", changes=(pour("a", "x"), pour("c", "y"), pour("b", "x"), pour("d", "y")))
    applied = apply(plan, kettle, mode=Mode.APPLY, effort=Effort(pause=lambda _seconds: None, workers=2))
    assert [result.change.subject for result in applied.results] == ["a", "c", "b", "d"]
    assert poured.index("a") < poured.index("b")
    assert poured.index("c") < poured.index("d")


def test_side_by_side_a_failure_stops_its_own_thread_and_no_other() -> None:
    kettle = Kettle(b=[Denied("tea:Pour", "AccessDenied", "not for you")])
    applied = run(kettle, pour("b", "x"), pour("c", "x"), pour("d", "y"), pour("e", "z"), workers=3)
    outcomes = [result.outcome for result in applied.results]
    assert outcomes == [Outcome.FAILED, Outcome.BLOCKED, Outcome.APPLIED, Outcome.APPLIED]


@pytest.mark.parametrize("workers", [1, 4])
def test_a_defect_is_raised_and_not_swallowed_side_by_side(workers: int) -> None:
    def broken(change: Change) -> None:
        raise KeyError(change.subject)

    plan = Plan(scope="tea", changes=(pour("a", "x"), pour("b", "y")))
    with pytest.raises(KeyError):
        apply(plan, broken, mode=Mode.APPLY, effort=Effort(pause=lambda _seconds: None, workers=workers))


def test_a_defect_is_raised_and_not_swallowed() -> None:
    def broken(change: Change) -> None:
        raise KeyError(change.subject)

    with pytest.raises(KeyError):
        apply(Plan(scope="tea", changes=(pour("a"),)), broken, mode=Mode.APPLY, effort=NO_PAUSE)


def test_removals_over_the_limit_are_refused_by_name_and_number() -> None:
    plan = Plan(scope="domain research", changes=tuple(ClearTable(subject=str(i), reason="") for i in range(11)))
    assert check(plan, Limits(removals_floor=5, removals_share=0.1), population=110) is plan
    with pytest.raises(UnsafePlan, match="domain research: would remove 11 of 100, at most 10"):
        check(plan, Limits(removals_floor=5, removals_share=0.1), population=100)


def test_a_few_removals_are_always_allowed() -> None:
    plan = Plan(scope="tea", changes=tuple(ClearTable(subject=str(i), reason="") for i in range(5)))
    assert check(plan, Limits(), population=5) is plan


def test_too_many_changes_of_any_kind_are_refused() -> None:
    plan = Plan(scope="tea", changes=(pour("a"), pour("b")))
    with pytest.raises(UnsafePlan, match="2 changes, at most 1"):
        check(plan, Limits(changes=1), population=0)


def test_plans_that_come_in_slices_are_judged_as_a_whole() -> None:
    plan = Plan(scope="tea", changes=(pour("a"), pour("b")))
    assert check(plan, Limits(changes=4), population=0, before=2) is plan
    with pytest.raises(UnsafePlan, match="2 changes after 3, at most 4"):
        check(plan, Limits(changes=4), population=0, before=3)


def test_the_audit_is_told_what_is_about_to_happen_and_whom_it_concerns() -> None:
    change = PourTea(subject="a", reason="somebody is thirsty", person="amara.okafor")
    (event,) = begun(Plan(scope="tea", changes=(change,)), capability="tea", cause="event/1", at=NOW)
    assert (event.kind, event.outcome) == ("Change Begun", "begun")
    assert event.detail()["person"] == "amara.okafor"


def test_the_audit_tells_what_why_and_with_which_error() -> None:
    kettle = Kettle(b=[Denied("tea:Pour", "AccessDenied", "not for you")])
    plan = Plan(
        scope="tea",
        changes=(pour("a", "x"), pour("b", "y")),
        findings=(Finding(subject="saucer", reason="is chipped"),),
    )
    applied = apply(plan, kettle, mode=Mode.APPLY, effort=NO_PAUSE)
    events = events_of(applied, capability="tea", cause="event/1", at=NOW)
    assert [event.kind for event in events] == ["Change Applied", "Change Failed", "Finding"]
    assert events[0].detail() == {
        "at": "2026-03-02T10:00:00+00:00",
        "capability": "tea",
        "scope": "tea",
        "action": "pour tea",
        "subject": "a",
        "reason": "somebody is thirsty",
        "cause": "event/1",
        "outcome": "applied",
    }
    assert events[1].detail()["code"] == "AccessDenied"
    assert events[2].detail()["subject"] == "saucer"


def test_nothing_done_leaves_no_trace() -> None:
    applied = apply(Plan(scope="tea"), Kettle(), mode=Mode.APPLY, effort=NO_PAUSE)
    assert events_of(applied, capability="tea", cause="event/1", at=NOW) == ()
    assert applied.is_settled
