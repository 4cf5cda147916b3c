"""A night that is killed in the middle: the next run finishes it, and nothing is stopped twice or unseen."""

from __future__ import annotations

import pytest

from benchmarks.night.faults import Fault, FaultKind
from tests.integration.night.sweeping import GOOD, IDLE, TAGS, Night

pytestmark = pytest.mark.timeout(300)

WRITES = ("sagemaker:DeleteApp", "sagemaker:AddTags", "tag:TagResources", "events:PutEvents", "s3:PutObject")


@pytest.mark.parametrize(("room", "workers"), [(IDLE, "1"), (IDLE, "4"), (TAGS, "1")])
def test_killed_after_any_call(night: Night, room: str, workers: str) -> None:
    night.sets(SWEEP_WORKERS=workers)
    night.settle()
    calls = len(night.run(room).attempts)
    ends = {call: night.ends(room, kill_after=call) for call in range(1, calls + 1)}
    assert len(ends) > 12
    assert ends == dict.fromkeys(ends, GOOD[room])


@pytest.mark.parametrize("kind", [FaultKind.THROTTLE, FaultKind.LOST])
@pytest.mark.parametrize("room", [IDLE, TAGS])
def test_killed_before_a_write_that_went_wrong_is_tried_again(night: Night, room: str, kind: FaultKind) -> None:
    night.sets(SWEEP_WORKERS="4")
    night.settle()
    ends = {
        (operation, nth): night.ends(room, Fault(operation=operation, nth=nth, kind=kind), kill_at_fault=True)
        for operation, count in night.run(room).calls.items()
        if operation in WRITES
        for nth in range(1, count + 1)
    }
    assert len(ends) > 7
    assert ends == dict.fromkeys(ends, GOOD[room])
