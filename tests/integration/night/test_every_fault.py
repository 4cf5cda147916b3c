"""Every fault at every call of a night: the next run finishes what is left, and nothing is stopped twice or unseen."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.night.faults import Fault, FaultKind
from tests.integration.night.laws import is_read
from tests.integration.night.sweeping import GOOD, IDLE, TAGS, WITHOUT_REPORTS, Night

pytestmark = pytest.mark.timeout(300)

ALL_NIGHT = 10_000  # calls
FOR_NOTHING = tuple(kind for kind in FaultKind if kind is not FaultKind.LOST)  # faults of calls without any effect

# What is made in an account is listed by one code (aws/tag_lists.py); ListTrainingJobs stands for all of these.
ALIKE = tuple(
    f"sagemaker:List{each}"
    for each in (
        "ProcessingJobs",
        "TransformJobs",
        "HyperParameterTuningJobs",
        "Pipelines",
        "Models",
        "Endpoints",
        "EndpointConfigs",
        "NotebookInstances",
        "FeatureGroups",
    )
)


def calls(night: Night, room: str) -> Counter[str]:
    """How often each operation is called in a night without a fault."""
    night.settle()
    return Counter({name: count for name, count in night.run(room).calls.items() if name not in ALIKE})


@pytest.mark.parametrize("kind", FaultKind)
@pytest.mark.parametrize(("room", "workers"), [(IDLE, "1"), (IDLE, "4"), (TAGS, "4")])
def test_one_attempt_of_any_call_goes_wrong(night: Night, room: str, workers: str, kind: FaultKind) -> None:
    night.sets(SWEEP_WORKERS=workers)
    ends = {
        (operation, nth): night.ends(room, Fault(operation=operation, nth=nth, kind=kind))
        for operation, count in calls(night, room).items()
        if kind in FOR_NOTHING or not is_read(operation)  # to whoever reads, an answer lost is a call that timed out
        for nth in range(1, count + 1)
    }
    assert len(ends) > 7
    assert ends == dict.fromkeys(ends, GOOD[room])


@pytest.mark.parametrize("kind", FOR_NOTHING)
@pytest.mark.parametrize("room", [IDLE, TAGS])
def test_one_operation_goes_wrong_all_night(night: Night, room: str, kind: FaultKind) -> None:
    night.sets(SWEEP_WORKERS="4")
    ends = {
        operation: night.ends(room, Fault(operation=operation, nth=1, kind=kind, times=ALL_NIGHT))
        for operation in calls(night, room)
    }
    assert len(ends) > 7
    assert ends == dict.fromkeys(ends, GOOD[room])


@pytest.mark.parametrize("kind", FOR_NOTHING)
def test_an_app_without_a_report_cannot_be_looked_at(night: Night, kind: FaultKind) -> None:
    night.sets(SWEEP_WORKERS="4", **WITHOUT_REPORTS)
    last = calls(night, IDLE)["sagemaker:DescribeApp"]
    ends = {
        nth: night.ends(IDLE, Fault(operation="sagemaker:DescribeApp", nth=nth, kind=kind))
        for nth in (1, last // 2, last)
    }
    assert last == 12
    assert ends == dict.fromkeys(ends, GOOD[IDLE])
