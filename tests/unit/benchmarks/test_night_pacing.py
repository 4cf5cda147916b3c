"""Calls through a limit: what is counted of them, by our pacers and by botocore alone."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.night.pacing import Limit, Passage, pass_through, problems, table, with_pacers
from benchmarks.night.pacing import Round as Row
from benchmarks.night.stand_in import StandIn
from concierge.pace import Pace, Pacers

LIMIT = Limit(rate=100, burst=20, calls=120)


def test_the_floor_is_what_flows_in_after_the_burst() -> None:
    assert LIMIT.floor(LIMIT.calls) == 1.0
    assert LIMIT.floor(10) == 0.0
    assert Passage(limit=LIMIT, seconds=1.25, throttled=0, lost=0).speed == 0.8
    assert Passage(limit=LIMIT, seconds=1.0, throttled=50, lost=50).speed == 0.5


def test_a_known_limit_is_kept_to_without_a_refusal(aws: StandIn) -> None:
    aws.world(apps=0, profiles=1)
    known = {"AddTags": Pace(rate=LIMIT.rate, burst=LIMIT.burst, is_known=True)}
    pacers = Pacers(clock=time.monotonic, pause=time.sleep, known=known)
    roomier = replace(LIMIT, burst=3 * LIMIT.burst)  # for a machine that has other work to do, and is late with it
    passage = pass_through(aws, roomier, with_pacers(aws, pacers))
    assert (passage.throttled, passage.lost) == (0, 0)
    assert aws.calls() == {"sagemaker:AddTags": LIMIT.calls}
    assert passage.seconds >= LIMIT.floor(LIMIT.calls)


def test_calls_that_are_given_up_are_lost(aws: StandIn, client: Any) -> None:
    aws.world(apps=0, profiles=1)
    passage = pass_through(aws, Limit(rate=1, burst=5, calls=20), client("sagemaker", attempts=1))
    assert passage.lost == passage.throttled == 20 - 5


@pytest.mark.parametrize(("lost", "said"), [(0, ()), (2, ("2 paced calls were lost",))])
def test_a_paced_call_that_is_lost_is_a_problem_and_one_of_botocores_is_not(lost: int, said: tuple[str, ...]) -> None:
    fine = Passage(limit=LIMIT, seconds=1, throttled=0, lost=0)
    first = Passage(limit=LIMIT, seconds=1, throttled=0, lost=lost)
    standard = Passage(limit=LIMIT, seconds=1, throttled=9, lost=9)
    rounds = [Row(limit=LIMIT, first=first, again=fine, standard=standard)]
    assert problems(rounds) == said
    assert table(rounds).row_count == 3
