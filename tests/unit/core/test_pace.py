"""Pacers against simulated limits, in virtual time: nothing here sleeps, and no wall clock is read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.pace import KNOWN, START, Pace, Pacer, Pacers
from tests.support.throttling import Bucket, CalendarSecond, Crowd, Limit, Ran, SlidingSecond, World, run

TIMES = settings(max_examples=25)


def pacer(pace: Pace | None) -> Callable[[World], Pacer]:
    return lambda world: Pacer(pace, clock=world.clock, pause=never)


def never(seconds: float) -> None:
    raise AssertionError(f"nobody pauses here, not even for {seconds} s")


def known(rate: float) -> Pace:
    return Pace(rate=rate, is_known=True)


def floor(calls: int, rate: float, burst: float, workers: int, jitter: float) -> float:
    """Seconds that no client can beat: what the bucket gives, or what so many workers can send."""
    return max((calls - burst) / rate, calls * (0.03 + jitter / 2) / workers)


def most_in_a_window(sent: list[float], seconds: float) -> int:
    return max(bisect_right(sent, at + seconds) - place for place, at in enumerate(sent))


def bucket_sizes(rate: float, jitter: float) -> tuple[float, ...]:
    """From the smallest that late requests do not overflow to two seconds' worth."""
    least = 2 + rate * jitter if jitter else 1.0
    return tuple(max(least, rate * share) for share in (0.0, 0.1, 0.5, 1.0, 2.0))


CASES = [
    (rate, burst, workers, jitter)
    for rate in (25.0, 50.0, 100.0, 200.0)
    for jitter in (0.0, 0.02)
    for burst in bucket_sizes(rate, jitter)
    for workers in (8, 16, 32)
    # Eight workers can hardly send 200 a second: then it is they who set the pace, and there is nothing to learn.
    if workers / (0.03 + jitter / 2) > 1.2 * rate
]
# The bucket that holds one call: 8 workers come to 266 a second, and a bunch of two is already too much.
CORNER = (200.0, 1.0, 8, 0.0)
UNKNOWN = [case for case in CASES if case != CORNER]


# A known limit


@pytest.mark.parametrize(
    "counts",
    [lambda: Bucket(15, 2), lambda: Bucket(15, 15), lambda: SlidingSecond(15), lambda: CalendarSecond(15)],
    ids=["small bucket", "bucket", "any second", "calendar second"],
)
@pytest.mark.parametrize(("workers", "seed"), [(1, 1), (8, 2), (32, 3)])
def test_a_known_limit_is_used_up_and_never_passed_however_aws_counts(
    counts: Callable[[], Limit], workers: int, seed: int
) -> None:
    ran = run(Crowd(pacer=pacer(known(15)), limit=counts(), calls=2_500, workers=workers, jitter=0.02, seed=seed))
    assert ran.refused == 0
    assert sum(ran.succeeded) == 2_500
    assert ran.seconds <= (2_500 - 15) / 15 / 0.95


@TIMES
@given(
    rate=st.floats(1, 50),
    burst=st.floats(1, 20),
    workers=st.integers(1, 32),
    slow=st.sampled_from([0.0, 0.05]),
    seconds=st.floats(0.01, 5),
    seed=st.integers(0, 100),
)
def test_in_no_stretch_of_time_are_there_more_calls_than_a_known_limit_allows(
    rate: float, burst: float, workers: int, slow: float, seconds: float, seed: int
) -> None:
    pace = Pace(rate=rate, burst=burst, is_known=True)
    ran = run(Crowd(pacer=pacer(pace), limit=Bucket(1e6, 1e6), calls=200, workers=workers, slow=slow, seed=seed))
    assert most_in_a_window(ran.sent, seconds) <= rate * seconds + burst + 1e-6


def test_a_known_limit_that_others_use_too_is_shared_and_regained() -> None:
    bucket = Bucket(15, 15)
    bucket.rate = 7
    ran = run(
        Crowd(
            pacer=pacer(known(15)),
            limit=bucket,
            calls=2_000,
            workers=8,
            at_second=(60, lambda: setattr(bucket, "rate", 15)),
        )
    )
    assert ran.refused_share < 0.02
    assert ran.seconds < 1.2 * (60 + (2_000 - 60 * 7) / 15)
    assert ran.pacer.learnt() is None


# An unknown limit


@pytest.mark.parametrize(("rate", "burst", "workers", "jitter"), UNKNOWN)
def test_an_unknown_limit_is_found_in_the_first_run_and_kept_to_in_the_second(
    rate: float, burst: float, workers: int, jitter: float
) -> None:
    def night(pace: Pace | None) -> Ran:
        limit = Bucket(rate, burst)
        return run(Crowd(pacer=pacer(pace), limit=limit, calls=2_500, workers=workers, jitter=jitter, seed=1))

    first = night(None)
    learnt = first.pacer.learnt()
    assert learnt is not None
    assert learnt.rate == pytest.approx(rate, rel=0.1)
    assert sum(first.succeeded) == 2_500
    assert first.refused_share <= 0.02
    assert first.seconds <= floor(2_500, rate, burst, workers, jitter) / 0.9

    second = night(learnt)
    assert sum(second.succeeded) == 2_500
    assert second.refused_share <= 0.005
    assert second.seconds <= floor(2_500, rate, burst, workers, jitter) / 0.95


def test_a_bucket_of_one_call_at_two_hundred_a_second_costs_a_little_more() -> None:
    rate, burst, workers, jitter = CORNER
    ran = run(Crowd(pacer=pacer(None), limit=Bucket(rate, burst), calls=2_500, workers=workers))
    assert ran.refused_share <= 0.02
    assert ran.seconds <= floor(2_500, rate, burst, workers, jitter) / 0.8


@pytest.mark.parametrize(("rate", "burst", "workers", "jitter"), CASES)
def test_a_short_run_loses_no_more_than_the_gentle_start(
    rate: float, burst: float, workers: int, jitter: float
) -> None:
    ran = run(Crowd(pacer=pacer(None), limit=Bucket(rate, burst), calls=500, workers=workers, jitter=jitter))
    assert sum(ran.succeeded) == 500
    assert ran.refused <= 0.03 * 500
    assert ran.seconds <= floor(500, rate, burst, workers, jitter) / 0.9 + 3.0


@TIMES
@given(
    rate=st.floats(10, 200),
    seconds_of_burst=st.floats(0.2, 2),
    workers=st.integers(16, 32),
    jitter=st.floats(0, 0.02),
    seed=st.integers(0, 1_000),
)
def test_whatever_the_limit_is_no_call_is_lost_and_what_is_learnt_is_near(
    rate: float, seconds_of_burst: float, workers: int, jitter: float, seed: int
) -> None:
    limit = Bucket(rate, 2 + rate * seconds_of_burst)
    ran = run(Crowd(pacer=pacer(None), limit=limit, calls=2_500, workers=workers, jitter=jitter, seed=seed))
    learnt = ran.pacer.learnt()
    assert sum(ran.succeeded) == 2_500
    assert ran.pacer.calls == 2_500 + ran.refused == 2_500 + ran.pacer.throttles
    assert learnt is not None
    assert learnt.rate == pytest.approx(rate, rel=0.1)
    assert learnt.burst <= limit.burst


def test_a_burst_is_spent_at_twice_the_rate_and_not_at_once() -> None:
    pace = Pace(rate=50, burst=50)
    ran = run(Crowd(pacer=pacer(pace), limit=Bucket(50, 50), calls=200, workers=32))
    assert most_in_a_window(ran.sent, 0.5) <= 2 * 50 * 0.5 + 1
    assert ran.seconds < (200 - 40) / 50
    assert ran.refused == 0


def test_nobody_stampedes_at_the_start() -> None:
    ran = run(Crowd(pacer=pacer(None), limit=Bucket(1e6, 1e6), calls=2_500, workers=32))
    assert bisect_right(ran.sent, ran.sent[0] + 0.1) <= 2 * START * 0.1 + 1
    assert ran.pacer.learnt() is None


@pytest.mark.parametrize(("before", "after"), [(100.0, 40.0), (40.0, 100.0)])
def test_a_limit_that_changes_in_the_run_is_followed(before: float, after: float) -> None:
    bucket = Bucket(before, before)
    ran = run(
        Crowd(
            pacer=pacer(None),
            limit=bucket,
            calls=4_000,
            workers=16,
            at_second=(15, lambda: setattr(bucket, "rate", after)),
        )
    )
    assert ran.refused_share <= 0.02
    assert (
        ran.seconds <= (15 + (4_000 - 15 * before) / after) / 0.65
    )  # a rate that nobody is refused at doubles in 40 s


@pytest.mark.parametrize("pace", [None, known(50)], ids=["unknown", "known"])
def test_an_api_that_refused_everything_for_a_minute_is_used_again(pace: Pace | None) -> None:
    closed = Bucket(50, 50)
    closed.rate = closed.level = 0.0
    opens = (60, lambda: setattr(closed, "rate", 50))
    ran = run(Crowd(pacer=pacer(pace), limit=closed, calls=2_000, workers=8, at_second=opens))
    assert ran.refused <= 100
    assert ran.seconds <= 60 + 2_000 / 50 + 60


def test_a_known_limit_may_be_very_low() -> None:
    ran = run(Crowd(pacer=pacer(known(0.2)), limit=Bucket(0.2, 2), calls=20, workers=4))
    assert ran.refused == 0


@pytest.mark.parametrize(("faults", "slow"), [(0.3, 0.0), (0.0, 0.05), (0.2, 0.05)])
def test_faults_and_slow_answers_are_not_taken_for_a_limit(faults: float, slow: float) -> None:
    limit = Bucket(50, 50)
    ran = run(Crowd(pacer=pacer(None), limit=limit, calls=2_000, workers=32, faults=faults, slow=slow))
    attempts = 2_000 / (1 - faults)
    assert sum(ran.succeeded) == 2_000
    assert ran.refused_share <= 0.03
    assert ran.seconds <= (attempts - 50) / 50 / 0.7


@pytest.mark.parametrize("pace", [None, known(15)], ids=["unknown", "known"])
def test_every_worker_gets_its_share(pace: Pace | None) -> None:
    ran = run(Crowd(pacer=pacer(pace), limit=Bucket(15, 15), calls=1_600, workers=16, jitter=0.02))
    assert max(ran.succeeded) - min(ran.succeeded) <= 10


# One slowdown, deadlines, and what is kept


def refused_at_once(count: int) -> tuple[World, Pacer]:
    world = World()
    tested = Pacer(Pace(rate=100, burst=50), clock=world.clock, pause=never)
    for _ in range(count):
        tested.throttled(world.now)
    return world, tested


def test_calls_that_were_on_their_way_together_are_one_slowdown() -> None:
    turns = []
    for count in (1, 20):
        _, tested = refused_at_once(count)
        tested.join()
        turns.append(tested.wait(tested.join() or 0.0))
    assert turns[0] == turns[1]


def test_the_second_of_two_slowdowns_counts() -> None:
    waits = []
    for count in (1, 2):
        world, tested = refused_at_once(1)
        for _ in range(count - 1):
            world.now += 0.1
            tested.throttled(world.now)
        tested.join()
        waits.append(tested.wait(tested.join() or 0.0))
    assert (waits[1] or 0.0) > (waits[0] or 0.0)


def test_a_turn_after_the_deadline_is_not_waited_for_and_costs_nobody_a_turn() -> None:
    world = World()
    tested = Pacer(Pace(rate=1), clock=world.clock, pause=never)
    assert tested.acquire()
    for _ in range(50):
        assert not tested.acquire(until=world.now + 0.5)
    world.now += 1.1
    assert tested.acquire(until=world.now)


def test_a_slowdown_may_move_a_turn_behind_the_deadline() -> None:
    world = World()
    tested = Pacer(Pace(rate=10), clock=world.clock, pause=never)
    assert tested.acquire()
    until = world.now + 0.12
    turn = tested.join(until)
    tested.throttled(world.now)
    assert turn is not None
    assert tested.wait(turn, until) is None


def test_a_crowd_that_runs_out_of_time_stops_there() -> None:
    ran = run(Crowd(pacer=pacer(known(5)), limit=Bucket(5, 5), calls=300, workers=8, until=10))
    assert ran.seconds <= 10.1
    assert sum(ran.succeeded) + ran.late == 300
    assert 45 <= sum(ran.succeeded) <= 55


def test_what_is_not_new_is_not_worth_keeping() -> None:
    ran = run(Crowd(pacer=pacer(Pace(rate=49, burst=20)), limit=Bucket(50, 50), calls=2_500, workers=8))
    assert ran.pacer.learnt() is None


def test_few_calls_teach_nothing() -> None:
    ran = run(Crowd(pacer=pacer(None), limit=Bucket(25, 5), calls=15, workers=8))
    assert ran.pacer.learnt() is None


def test_a_pace_that_has_become_wrong_is_learnt_anew() -> None:
    ran = run(Crowd(pacer=pacer(Pace(rate=100)), limit=Bucket(40, 40), calls=2_500, workers=16))
    learnt = ran.pacer.learnt()
    assert learnt is not None
    assert learnt.rate == pytest.approx(40, rel=0.1)
    assert ran.refused_share <= 0.02


def test_an_operation_has_one_pacer_and_known_limits_are_not_replaced() -> None:
    world = World()
    pacers = Pacers(clock=world.clock, pause=never)
    pacers.start_from({"GetResources": Pace(rate=900), "ListApps": Pace(rate=1)})
    assert pacers.of("ListApps") is pacers.of("ListApps")
    for operation, rate in (("GetResources", KNOWN["GetResources"].rate), ("ListApps", 1.0)):
        assert pacers.of(operation).acquire()
        turn = pacers.of(operation).join()
        assert turn is not None
        wait = pacers.of(operation).wait(turn)
        assert wait is not None
        assert wait >= 0.5 / rate
    assert pacers.learnt() == {}


def test_pacers_tell_what_they_learnt_by_operation() -> None:
    pacers: list[Pacers] = []

    def of_a_run(world: World) -> Pacer:
        pacers.append(Pacers(clock=world.clock, pause=never))
        return pacers[0].of("ListApps")

    run(Crowd(pacer=of_a_run, limit=Bucket(50, 50), calls=1_000, workers=16))
    assert pacers[0].learnt()["ListApps"].rate == pytest.approx(50, rel=0.1)


# Threads


def test_threads_count_each_call_once() -> None:
    now, lock = [0.0], Lock()

    def pause(seconds: float) -> None:
        with lock:
            now[0] += seconds

    tested = Pacer(None, clock=lambda: now[0], pause=pause)

    def work(worker: int) -> None:
        for call in range(250):
            assert tested.acquire()
            sent = now[0]
            (tested.throttled if (worker + call) % 10 == 0 else tested.succeeded)(sent)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, worker) for worker in range(8)]:
            done.result()
    assert (tested.calls, tested.throttles) == (2_000, 200)
