"""The fake of AWS for nights, without its latency, and clients that do not ask twice."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from benchmarks.night.stand_in import StandIn, standing_in

Clients = Callable[..., Any]


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    """One process for all tests."""
    with standing_in(latency=0) as aws:
        yield aws


@pytest.fixture
def aws(running: StandIn) -> StandIn:
    """An empty domain, no limits, no faults, counters at zero."""
    running.world(apps=0, profiles=0)
    running.limits({})
    running.reset()
    return running


@pytest.fixture
def client(aws: StandIn) -> Clients:
    """A boto3 client of a service, which makes each call `attempts` times at the most."""
    session: Any = boto3.Session(region_name="eu-west-1")  # its stubs want the service's name as a literal

    def make(service: str, *, attempts: int = 1) -> Any:
        config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, max_pool_connections=50)
        return session.client(service, endpoint_url=aws.endpoint, config=config)

    return make
