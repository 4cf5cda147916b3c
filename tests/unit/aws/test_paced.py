"""Clients that wait for their turn: through botocore itself, against an endpoint on this machine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

import boto3
import pytest
from botocore.config import Config

from concierge.aws.errors import translated
from concierge.aws.paced import ATTEMPTS, REFUSALS, paced
from concierge.errors import Denied, OutOfTime, Throttled
from concierge.pace import Pace, Pacers
from tests.support.throttling import DENIED, FAULT, LOST, OK, REFUSED, Answer, Endpoint, endpoint

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

Mode = Literal["standard", "legacy", "adaptive"]


@dataclass(slots=True)
class Clock:
    """Time that passes only in pauses; a pause ends for all threads at once."""

    now: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def read(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


def client_of(stub: Endpoint, *, mode: Mode = "standard", attempts: int = 1) -> SageMakerClient:
    config = Config(retries={"mode": mode, "total_max_attempts": attempts}, max_pool_connections=16)
    return boto3.client("sagemaker", region_name="eu-west-1", endpoint_url=stub.url, config=config)


@dataclass(slots=True)
class Run:
    """A paced client and what it goes by."""

    client: SageMakerClient
    clock: Clock
    pacers: Pacers
    until: float | None = 10_000.0

    @classmethod
    def against(cls, stub: Endpoint, *, mode: Mode = "standard", attempts: int = 1) -> Run:
        clock = Clock()
        pacers = Pacers(clock=clock.read, pause=clock.pause, known={})
        run = cls(client_of(stub, mode=mode, attempts=attempts), clock, pacers)
        paced(run.client, pacers, until=lambda: run.until, jitter=lambda: 0.0)
        return run

    def add_tags(self) -> None:
        with translated("sagemaker:AddTags"):
            self.client.add_tags(ResourceArn="arn:aws:sagemaker:eu-west-1:1:space/d-1/s", Tags=[])


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long botocore itself slept between attempts."""
    slept: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=slept.append))
    return slept


@pytest.mark.parametrize(("mode", "attempts"), [("standard", 1), ("standard", 4), ("legacy", 5)])
def test_a_refused_call_is_sent_again_until_it_succeeds(mode: Mode, attempts: int, no_sleep: list[float]) -> None:
    with endpoint([REFUSED] * 7) as stub:
        run = Run.against(stub, mode=mode, attempts=attempts)
        run.add_tags()
    pacer = run.pacers.of("AddTags")
    assert (len(stub.received), pacer.calls, pacer.throttles) == (8, 8, 7)
    assert set(no_sleep) == {0.0}
    assert run.clock.now > 0  # it was the pacer that waited


def test_without_a_deadline_a_call_that_is_always_refused_ends() -> None:
    with endpoint(usual=lambda: REFUSED) as stub:
        run = Run.against(stub)
        run.until = None
        with pytest.raises(Throttled):
            run.add_tags()
    assert len(stub.received) == REFUSALS


@pytest.mark.parametrize("bad", [FAULT, LOST, Answer(status=503)])
def test_a_call_that_aws_cannot_answer_is_tried_four_times_in_all(bad: Answer) -> None:
    with endpoint(usual=lambda: bad) as stub:
        run = Run.against(stub)
        with pytest.raises(Throttled):
            run.add_tags()
    assert len(stub.received) == ATTEMPTS == 4
    assert run.pacers.of("AddTags").throttles == 0


@pytest.mark.parametrize("bad", [FAULT, LOST])
def test_three_faults_are_no_harm(bad: Answer) -> None:
    with endpoint([bad] * 3) as stub:
        Run.against(stub).add_tags()
    assert len(stub.received) == 4


def test_faults_are_met_with_longer_and_longer_pauses(no_sleep: list[float]) -> None:
    with endpoint([FAULT, REFUSED, FAULT, FAULT]) as stub:
        client, clock = client_of(stub), Clock()
        pacers = Pacers(clock=clock.read, pause=clock.pause)
        paced(client, pacers, until=lambda: None, jitter=lambda: 1.0)
        client.list_domains()
    assert no_sleep == [1.0, 0.0, 2.0, 4.0]


def test_a_denied_call_is_not_repeated() -> None:
    with endpoint([DENIED]) as stub:
        run = Run.against(stub, attempts=4)
        with pytest.raises(Denied):
            run.add_tags()
    assert len(stub.received) == 1


def test_a_call_whose_turn_comes_after_the_deadline_is_not_sent() -> None:
    with endpoint() as stub:
        run = Run.against(stub)
        run.pacers.start_from({"AddTags": Pace(rate=1.0)})
        run.until = 1.5
        run.add_tags()
        run.add_tags()
        with pytest.raises(OutOfTime) as late:
            run.add_tags()
    assert (len(stub.received), late.value.operation) == (2, "sagemaker:AddTags")


def test_a_call_that_is_refused_until_the_deadline_says_that_the_time_was_up() -> None:
    with endpoint(usual=lambda: REFUSED) as stub:
        run = Run.against(stub)
        run.until = 20.0
        with pytest.raises(OutOfTime):
            run.add_tags()
    assert run.clock.now <= 20.0


def test_a_fault_shortly_before_the_deadline_is_reported_as_the_fault() -> None:
    with endpoint(usual=lambda: FAULT) as stub:
        client, clock = client_of(stub), Clock()
        paced(client, Pacers(clock=clock.read, pause=clock.pause), until=lambda: 0.5, jitter=lambda: 1.0)
        with pytest.raises(Throttled), translated("sagemaker:ListDomains"):
            client.list_domains()
    assert len(stub.received) == 1


def test_each_page_of_a_list_waits_for_its_turn() -> None:
    pages = [Answer(body={"Apps": [], "NextToken": str(page)}) for page in range(4)]
    with endpoint([*pages, REFUSED, Answer(body={"Apps": []})]) as stub:
        run = Run.against(stub)
        run.pacers.start_from({"ListApps": Pace(rate=2.0)})
        assert len(list(run.client.get_paginator("list_apps").paginate())) == 5
    assert run.pacers.of("ListApps").calls == len(stub.received) == 6
    assert run.clock.now >= 5 / 2.0


def test_operations_wait_for_themselves_only() -> None:
    with endpoint() as stub:
        run = Run.against(stub)
        run.pacers.start_from({"AddTags": Pace(rate=0.01)})
        run.add_tags()
        run.client.list_domains()
    assert (run.pacers.of("AddTags").calls, run.pacers.of("ListDomains").calls) == (1, 1)
    assert run.clock.now == 0.0


def test_calls_that_succeed_let_the_next_ones_go_faster() -> None:
    took = []
    with endpoint() as stub:
        run = Run.against(stub)
        for _ in range(2):
            start = run.clock.now
            for _ in range(40):
                run.add_tags()
            took.append(run.clock.now - start)
    assert took[1] < took[0] / 2


def test_eight_threads_share_a_client_and_no_call_is_lost_or_made_twice() -> None:
    turns = iter(range(10_000))
    with endpoint(usual=lambda: REFUSED if next(turns) % 5 == 4 else OK) as stub:
        run = Run.against(stub)
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(run.add_tags) for _ in range(200)]:
                done.result()
    pacer = run.pacers.of("AddTags")
    assert pacer.calls == len(stub.received)
    assert len(stub.received) - pacer.throttles == 200


def test_botocores_own_pacing_is_refused() -> None:
    with endpoint() as stub, pytest.raises(ValueError, match="adaptive"):
        Run.against(stub, mode="adaptive", attempts=4)
