"""What a night does when something of what it stands on is not there."""

from __future__ import annotations

import pytest

from benchmarks.night.faults import Fault, FaultKind
from tests.integration.night import laws
from tests.integration.night.sweeping import GOOD, IDLE, IDLE_SPACES, LATER, TAGS, UNTOUCHED, Night, Ran, end_of

ALL_NIGHT = 10_000  # calls
CODES = {FaultKind.INTERNAL: "InternalFailure", FaultKind.DENIED: "AccessDeniedException"}


@pytest.fixture(autouse=True)
def settled(night: Night) -> None:
    night.sets(SWEEP_WORKERS="4")
    night.settle()
    night.aws.faults()
    night.watch.instead = {}


def broken(night: Night, room: str, operation: str, kind: FaultKind) -> Ran:
    """A run in which an operation never works."""
    night.aws.faults(Fault(operation=operation, nth=1, kind=kind, times=ALL_NIGHT))
    run = night.run(room)
    night.aws.faults()
    return run


@pytest.mark.parametrize("kind", CODES)
def test_while_the_ledger_cannot_be_read_nothing_is_stopped_and_the_run_fails_by_name(
    night: Night, kind: FaultKind
) -> None:
    run = broken(night, IDLE, "dynamodb:Query", kind)
    assert laws.writes(run.attempts) == []
    assert run.failure.startswith("SweepFailed: ")
    assert f"dynamodb:Query failed with {CODES[kind]}" in run.failure
    assert [each["subject"] for each in laws.told(run.attempts, "Finding")] == ["domain bench"]


@pytest.mark.parametrize("room", [IDLE, TAGS])
@pytest.mark.parametrize("kind", CODES)
def test_while_the_audit_bus_is_deaf_nothing_is_changed_and_the_run_fails_by_name(
    night: Night, room: str, kind: FaultKind
) -> None:
    run = broken(night, room, "events:PutEvents", kind)
    assert laws.writes(run.attempts) == []
    assert f"events:PutEvents failed with {CODES[kind]}" in run.failure
    assert night.run(room, after=LATER).left == GOOD[room].left


@pytest.mark.parametrize("room", [IDLE, TAGS])
def test_while_the_bus_takes_but_some_of_the_audit_nothing_is_changed(night: Night, room: str) -> None:
    entries = [{"ErrorCode": "InternalFailure", "ErrorMessage": "said by the test"}, {"EventId": "1"}]
    night.watch.instead = {"events:PutEvents": (200, {"FailedEntryCount": 1, "Entries": entries})}
    run = night.run(room)
    assert laws.writes(run.attempts) == []
    assert "the bus refused audit events" in run.failure
    night.watch.instead = {}
    assert night.run(room, after=LATER).left == GOOD[room].left


def test_without_an_activity_table_timestamps_decide_and_the_audit_is_told(night: Night) -> None:
    night.watch.instead = {"dynamodb:Scan": (400, {"__type": "ResourceNotFoundException", "message": "no table"})}
    run = night.run(IDLE)
    assert end_of(IDLE, [run]).stopped == GOOD[IDLE].stopped
    assert run.left == GOOD[IDLE].left
    assert run.failure == ""
    assert run.calls["sagemaker:DescribeApp"] == 12
    (finding,) = laws.told(run.attempts, "Finding")
    assert finding["reason"].startswith("there is no activity table there")


def test_an_activity_table_that_cannot_be_read_is_not_a_table_that_is_not_there(night: Night) -> None:
    run = broken(night, IDLE, "dynamodb:Scan", FaultKind.DENIED)
    assert laws.writes(run.attempts) == []
    assert "dynamodb:Scan failed with AccessDeniedException" in run.failure


def test_apps_that_vanish_before_their_stop_are_as_good_as_stopped(night: Night) -> None:
    run = night.run(IDLE, upon={"events:PutEvents": lambda: night.settle(apps=8)})
    asked = {each.asked["SpaceName"]: each.code for each in run.attempts if each.operation == "sagemaker:DeleteApp"}
    assert asked == {space: "" if space in IDLE_SPACES[:4] else "ResourceNotFound" for space in IDLE_SPACES}
    assert run.failure == ""
    assert len(laws.told(run.attempts, "Change Applied")) == len(IDLE_SPACES)
    assert run.left["apps"] == {"InService": 4, "Deleting": 4}


def test_profiles_that_vanish_before_their_tags_are_mended_keep_nobody_elses_wrong(night: Night) -> None:
    run = night.run(TAGS, upon={"events:PutEvents": lambda: night.settle(profiles=70)})
    assert run.failure == ""
    assert run.left == {**UNTOUCHED, "wrong_profiles": 0, "untagged": 0}


def test_one_app_that_may_not_be_stopped_keeps_no_other_running(night: Night) -> None:
    night.aws.faults(Fault(operation="sagemaker:DeleteApp", nth=2, kind=FaultKind.DENIED))
    run = night.run(IDLE)
    night.aws.faults()
    assert run.left["apps"] == {"InService": 7, "Deleting": 5}
    (failed,) = laws.told(run.attempts, "Change Failed")
    assert failed["subject"] in run.failure
    assert failed["code"] == "AccessDeniedException"


def test_a_night_whose_record_cannot_be_kept_has_done_its_work_and_fails_by_name(night: Night) -> None:
    run = broken(night, IDLE, "s3:PutObject", FaultKind.DENIED)
    assert run.left == GOOD[IDLE].left
    assert "s3:PutObject failed with AccessDenied" in run.failure


def test_a_stop_whose_answer_was_lost_is_audited_as_one_that_was_made(night: Night) -> None:
    night.aws.faults(Fault(operation="sagemaker:DeleteApp", nth=2, kind=FaultKind.LOST))
    run = night.run(IDLE)
    night.aws.faults()
    runs = [run, night.run(IDLE, after=LATER)]
    applied = [each for one in runs for each in laws.told(one.attempts, "Change Applied")]
    assert run.left == GOOD[IDLE].left
    assert len(applied) == len(IDLE_SPACES)
