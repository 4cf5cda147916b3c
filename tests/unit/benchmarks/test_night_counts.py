"""What a sweep asks of AWS, counted call by call while it runs as a program of its own against the fake."""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import ceil

import pytest

from benchmarks.night import ours
from benchmarks.night.measured import Run
from benchmarks.night.population import World
from benchmarks.night.report import events_of, settle
from benchmarks.night.stand_in import StandIn

ONCE = {"dynamodb:GetItem": 1, "s3:GetObject": 1, "s3:PutObject": 1}  # the newest run, the catalog, the record
CHANGES_AT_ONCE, EVENTS_A_CALL = 100, 10


def stopped(aws: StandIn, apps: int, *, reporting: bool = True, idle_share: float = 0.25) -> tuple[Run, int]:
    """An idle sweep of a domain in which everybody has an app, and how many of the apps were idle."""
    world = World(apps=apps, profiles=apps, idle_share=idle_share, now=time.time())
    settle(aws, world, reporting=reporting)
    run = ours.stop_idle(aws, world, ours.SOURCES)
    assert run.ok, run.said
    return run, int(apps * idle_share)


def evidence(calls: Mapping[str, int]) -> int:
    reads = ("dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem", "tag:GetResources")
    return sum(calls.get(name, 0) for name in reads)


def audit_calls(changes: int) -> int:
    """Each hundred changes are told of before and after they are made, in calls of ten events."""
    hundreds, rest = divmod(changes, CHANGES_AT_ONCE)
    return 2 * (hundreds * CHANGES_AT_ONCE // EVENTS_A_CALL + ceil(rest / EVENTS_A_CALL))


@pytest.mark.parametrize("apps", [1, 99, 100, 101, 500, 501, 1300])
def test_an_idle_sweep_asks_for_pages_and_for_no_app_alone(aws: StandIn, apps: int) -> None:
    run, idle = stopped(aws, apps)
    calls = dict(run.calls)
    assert calls.pop("sagemaker:ListApps") == ceil(apps / 100)
    assert calls.pop("sagemaker:DeleteApp", 0) == idle
    assert calls.pop("events:PutEvents", 0) == audit_calls(idle)
    assert events_of(aws) == 2 * idle
    assert evidence(calls) <= ceil(apps / 500) + 2
    others = {name: count for name, count in calls.items() if not evidence({name: count})}
    assert others == ONCE
    assert run.throttled == 0


def test_without_reports_only_apps_that_could_be_idle_are_described(aws: StandIn) -> None:
    run, idle = stopped(aws, 40, reporting=False)
    assert run.calls["sagemaker:DescribeApp"] == 40  # all run for longer than their limit, and lists tell no more
    assert run.calls["sagemaker:DeleteApp"] == idle == 10
    assert run.calls["sagemaker:ListApps"] == 1


def test_a_house_in_which_all_is_in_use_costs_no_write_but_the_record(aws: StandIn) -> None:
    run, _ = stopped(aws, 150, idle_share=0.0)
    assert run.calls["sagemaker:ListApps"] == 2
    writes = [name for name in run.calls if name.endswith(("DeleteApp", "PutEvents", "PutItem", "PutObject"))]
    assert writes == ["s3:PutObject"]


def test_ten_thousand_profiles_are_mended_with_three_calls_in_a_hundred(aws: StandIn) -> None:
    world = World(apps=0, profiles=10_000, now=time.time())
    settle(aws, world)
    assert aws.state()["wrong_profiles"] == 1000
    run = ours.mend_profiles(aws, world, ours.SOURCES)
    assert run.ok, run.said
    assert run.total <= 0.03 * world.profiles
    assert run.calls["tag:TagResources"] == 1000 / 20  # equal tags, twenty resources a call
    assert run.throttled == 0
