"""A company's night by simulation: transitions walked, work summed up, dollars."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.night.company import MACHINE, TRANSITION, Company, Work, simulated, states_entered
from benchmarks.night.measured import Run
from concierge.night.runs import ROOMS

NIGHT: Mapping[str, Any] = json.loads(MACHINE.read_text(encoding="utf-8"))
CALLS = {"sagemaker:ListApps": 25, "dynamodb:Query": 2, "s3:PutObject": 1}


def work(room: str, *, seconds: float, events: int = 10) -> Work:
    """Waits only: computing in Lambda takes longer than here."""
    run = Run(seconds=seconds, cpu_seconds=0, peak_mb=80, calls=CALLS, throttled=0, ok=True, said="x" * 1000)
    return Work(room=room, run=run, events=events)


def test_a_target_costs_two_states_and_three_for_each_room() -> None:
    assert states_entered(NIGHT, {"Targets": [], "Rooms": []}) == 3  # Begin, Targets, End
    one = states_entered(NIGHT, {"Targets": [1], "Rooms": [1]})
    assert one == 3 + 2 + 3  # Rooms and Done; Sweep, IsItFinished and Swept
    assert states_entered(NIGHT, {"Targets": [1] * 50, "Rooms": [1] * 5}) == 3 + 50 * (2 + 5 * 3)


def test_each_further_round_of_a_room_costs_three_states_more() -> None:
    once, thrice = (states_entered(NIGHT, {"Targets": [1], "Rooms": [rounds]}) for rounds in (1, 3))
    assert thrice - once == 2 * 3  # GoOn, Sweep, IsItFinished


def test_twenty_accounts_at_once_make_three_waves_of_fifty() -> None:
    rooms = [work(room, seconds=10) for room in ROOMS]
    night = simulated(rooms, Company(), NIGHT)
    a_target = 4 * 5 * 10
    the_ends = 2 * 10 + 50 * 5 * 0.03
    assert night.seconds == pytest.approx(3 * a_target + the_ends)
    assert night.function_seconds == pytest.approx(50 * a_target + the_ends)
    assert night.invocations == 50 * 5 + 2
    assert night.calls == 50 * 4 * 5 * 28


def test_a_room_that_outlasts_a_function_is_continued_by_another_one() -> None:
    short, long = (simulated([work("idle_shutdown", seconds=each)], Company(), NIGHT) for each in (200, 250))
    assert (short.invocations, long.invocations) == (50 + 2, 2 * 50 + 2)
    assert long.transitions - short.transitions == 50 * 3


def test_twice_the_accounts_cost_twice_as_much() -> None:
    rooms = [work(room, seconds=30) for room in ROOMS]
    one, two = (simulated(rooms, Company(accounts=accounts), NIGHT).price for accounts in (100, 200))
    assert two / one == pytest.approx(2, rel=0.01)


def test_no_transition_and_no_message_is_paid_for_an_app_that_is_left_alone() -> None:
    rooms = [work(room, seconds=10, events=0) for room in ROOMS]
    small, large = (simulated(rooms, Company(apps=apps), NIGHT) for apps in (25, 2500))
    assert small.transitions == large.transitions == 853
    assert large.dollars["Step Functions"] == pytest.approx(853 * TRANSITION)
    assert large.dollars["EventBridge"] == 0


def test_computing_takes_longer_where_memory_gives_less_than_a_processor() -> None:
    run = Run(seconds=10, cpu_seconds=4, peak_mb=80, calls=CALLS, throttled=0, ok=True)
    assert Work(room="idle_shutdown", run=run, events=0).seconds == pytest.approx(6 + 4 * 1769 / 1024)
