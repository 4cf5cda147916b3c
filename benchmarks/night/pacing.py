"""Calls as fast as AWS lets them through, by our pacers and by botocore's own ways to try again.

The floor of N calls is what a client that knows everything needs: it empties the full bucket at once, and then sends
each call when its token flows in, (N - burst) / rate seconds in all.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from rich.table import Table

from benchmarks.night.population import REGION, arn, profile_name
from benchmarks.night.stand_in import StandIn, standing_in
from concierge.aws.clients import PATIENT
from concierge.aws.paced import paced
from concierge.pace import Pace, Pacers

WORKERS = 32  # more threads of boto3 are slower
_ATTEMPTS = 4  # of botocore's own modes, as everywhere in the layer
_OPERATION = "AddTags"
_WORLD = {"apps": 0, "profiles": 1}
_TAGS = [{"Key": "bench", "Value": "yes"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A bucket, and how many calls are to get through it."""

    rate: float
    burst: float
    calls: int

    def floor(self, calls: int) -> float:
        """Seconds of so many calls; see above."""
        return max(0.0, calls - self.burst) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What became of the calls. throttled: refused attempts. lost: calls that were given up."""

    limit: Limit
    seconds: float
    throttled: int
    lost: int

    @property
    def speed(self) -> float:
        """1 is the floor's for as many calls as got through."""
        return self.limit.floor(self.limit.calls - self.lost) / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The clients at one limit; None was not measured there."""

    limit: Limit
    first: Passage
    again: Passage
    known: Passage | None = None
    standard: Passage | None = None
    adaptive: Passage | None = None


# Long enough at each rate for what is found out at first not to be all there is, and short enough to wait for.
FULL = (
    Limit(rate=25, burst=25, calls=1_000),
    Limit(rate=50, burst=100, calls=1200),
    Limit(rate=100, burst=100, calls=1500),
    Limit(rate=200, burst=400, calls=2500),
)
QUICK = (Limit(rate=200, burst=200, calls=1000),)
_KNOWN_SHARE = 0.95  # of a known burst that is used: others call too
_WARMING = {"ListTags": Pace(rate=1000, burst=WORKERS, is_known=True)}
_FAST = 100  # calls a second from which on a limit is measured alone, and as a known one too


def measure(limits: tuple[Limit, ...], *, rivals: bool) -> list[Round]:
    """Slow limits are measured side by side, each against a fake of its own: they leave this machine idle."""
    slow = [each for each in limits if each.rate < _FAST]
    with ThreadPoolExecutor(max(1, len(slow))) as pool:
        found = list(pool.map(lambda limit: _round(limit, rivals=rivals), slow))
    return found + [_round(each, rivals=rivals) for each in limits if each.rate >= _FAST]


def table(rounds: list[Round]) -> Table:
    """One row per client and limit."""
    shown = Table(
        title="N calls through a rate limit, and what they lose by it",
        title_justify="left",
        caption="The fewer calls, the more of them are made before the limit is found out.",
        caption_justify="left",
    )
    for column in ("calls/s", "burst", "N", "client", "seconds", "of the floor's speed", "throttled", "lost"):
        shown.add_column(column, justify="left" if column == "client" else "right")
    for each in rounds:
        rows = (
            ("ours, limit known (≥ 95 %, none throttled)", each.known),
            ("ours, first run (≥ 90 %, ≤ 2 % throttled)", each.first),
            ("ours, with what was learnt", each.again),
            ("botocore, standard", each.standard),
            ("botocore, adaptive", each.adaptive),
        )
        for client, passage in rows:
            if passage is not None:
                _row(shown, client, passage)
        shown.add_section()
    return shown


def problems(rounds: list[Round]) -> tuple[str, ...]:
    """Calls of ours that were lost."""
    lost = sum(run.lost for each in rounds for run in (each.known, each.first, each.again) if run is not None)
    return (f"{lost} paced calls were lost",) if lost else ()


def pass_through(aws: StandIn, limit: Limit, client: Any) -> Passage:
    """Makes the calls from as many threads as a sweep has at the most, whose connections are open already."""
    aws.limits({f"sagemaker:{_OPERATION}": (limit.rate, limit.burst)})
    target = arn("user-profile", profile_name(1))

    def call(_: int) -> bool:
        try:
            client.add_tags(ResourceArn=target, Tags=_TAGS)
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda _: client.list_tags(ResourceArn=target), range(WORKERS)))
        aws.reset()
        began = time.monotonic()
        passed = sum(pool.map(call, range(limit.calls)))
        seconds = time.monotonic() - began
    return Passage(limit=limit, seconds=seconds, throttled=aws.counts()["throttled"], lost=limit.calls - passed)


def with_pacers(aws: StandIn, pacers: Pacers) -> Any:
    """A client as a sweep has it."""
    client = _client(aws, PATIENT)
    paced(client, pacers, until=lambda: None)
    return client


def _round(limit: Limit, *, rivals: bool) -> Round:
    with standing_in() as aws:
        aws.world(**_WORLD)
        known = _known(aws, limit) if limit.rate >= _FAST else None
        pacers = _pacers()
        first = pass_through(aws, limit, with_pacers(aws, pacers))
        second = _pacers()
        second.start_from(pacers.learnt())
        return Round(
            limit=limit,
            first=first,
            again=pass_through(aws, limit, with_pacers(aws, second)),
            known=known,
            standard=pass_through(aws, limit, _botocore(aws, "standard")) if rivals else None,
            adaptive=pass_through(aws, limit, _botocore(aws, "adaptive")) if rivals else None,
        )


def _known(aws: StandIn, limit: Limit) -> Passage:
    pace = Pace(rate=limit.rate, burst=limit.burst * _KNOWN_SHARE, is_known=True)
    return pass_through(aws, limit, with_pacers(aws, _pacers({_OPERATION: pace})))


def _pacers(known: Mapping[str, Pace] | None = None) -> Pacers:
    return Pacers(clock=time.monotonic, pause=time.sleep, known={**_WARMING, **(known or {})})


def _botocore(aws: StandIn, mode: Literal["standard", "adaptive"]) -> Any:
    return _client(aws, PATIENT.merge(Config(retries={"mode": mode, "total_max_attempts": _ATTEMPTS})))


def _client(aws: StandIn, config: Config) -> Any:
    session: Any = boto3.Session(aws_access_key_id="AKIABENCH", aws_secret_access_key="secret", region_name=REGION)  # noqa: S106 - the fake checks none
    return session.client("sagemaker", endpoint_url=aws.endpoint, config=config)


def _row(shown: Table, client: str, passage: Passage) -> None:
    limit = passage.limit
    shown.add_row(
        f"{limit.rate:.0f}",
        f"{limit.burst:.0f}",
        f"{limit.calls:,}",
        client,
        f"{passage.seconds:.1f}",
        f"{passage.speed:.1%}",
        f"{passage.throttled / limit.calls:.1%}",
        f"{passage.lost:,}",
    )
