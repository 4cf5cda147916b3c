"""The token bucket and the counters, by a clock that the tests turn."""

import pytest

from benchmarks.night.bucket import Bucket
from benchmarks.night.counts import Counts


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def taken(bucket: Bucket, calls: int) -> int:
    return sum(bucket.take() for _ in range(calls))


def test_of_many_calls_at_once_exactly_the_burst_passes(clock: Clock) -> None:
    assert taken(Bucket(rate=10, burst=5, clock=clock), 100) == 5


def test_tokens_come_back_at_the_rate(clock: Clock) -> None:
    bucket = Bucket(rate=10, burst=5, clock=clock)
    taken(bucket, 5)
    clock.now += 0.1
    assert taken(bucket, 5) == 1
    clock.now += 0.3
    assert taken(bucket, 5) == 3


def test_a_refused_call_costs_nothing(clock: Clock) -> None:
    bucket = Bucket(rate=1, burst=1, clock=clock)
    bucket.take()
    clock.now += 0.5
    assert taken(bucket, 100) == 0
    clock.now += 0.5
    assert bucket.take()


def test_a_long_rest_gives_no_more_than_the_burst(clock: Clock) -> None:
    bucket = Bucket(rate=10, burst=5, clock=clock)
    clock.now += 3600
    assert taken(bucket, 100) == 5


def test_thirds_of_a_second_add_up_to_a_second(clock: Clock) -> None:
    bucket = Bucket(rate=1, burst=1, clock=clock)
    bucket.take()
    for _ in range(3):
        clock.now += 1 / 3
        passed = bucket.take()
    assert passed


def test_whoever_calls_faster_than_the_rate_is_held_to_it(clock: Clock) -> None:
    bucket, passed = Bucket(rate=15, burst=15, clock=clock), 0
    for _ in range(6000):  # ten minutes, a call every tenth of a second and then twice that
        clock.now += 0.05
        passed += bucket.take()
    assert passed == 15 * 300 + 14  # the burst but one is spent on the way, and nothing is lost


@pytest.mark.parametrize(("rate", "burst"), [(-1, 5), (1, 0)])
def test_a_bucket_that_lets_nobody_in_is_a_mistake(clock: Clock, rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="lets nobody in"):
        Bucket(rate=rate, burst=burst, clock=clock)


def test_an_operation_is_known_by_its_first_and_its_last_call(clock: Clock) -> None:
    counts = Counts(clock)
    for pause in (2, 3, 4):
        clock.now += pause
        counts.arrived("sagemaker:ListApps")
    clock.now += 5
    report = counts.report()
    count = report["operations"]["sagemaker:ListApps"]
    assert (count["calls"], count["first"], count["last"], report["seconds"]) == (3, 2, 9, 14)


def test_the_most_at_once_are_those_without_an_answer(clock: Clock) -> None:
    counts = Counts(clock)
    for _ in range(3):
        counts.arrived("sagemaker:ListApps")
        counts.arrived("dynamodb:Query")
        counts.answered()
        counts.answered()
    assert counts.report()["most_at_once"] == 2
