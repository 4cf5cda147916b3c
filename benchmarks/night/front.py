"""What every request meets before the account does: counters, faults, rate limits and the time that AWS takes."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.night.account import Account, Asked, understand
from benchmarks.night.bucket import Bucket
from benchmarks.night.counts import Counts
from benchmarks.night.faults import Fault, FaultKind, Faults
from benchmarks.night.messages import Refused, Reply, Request, denied, error_reply, internal, json_reply, throttled
from benchmarks.night.population import Domain, World, build, state


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What to send after so many seconds; None closes the connection instead."""

    seconds: float
    reply: Reply | None
    counted: bool


class Front:
    """latency: seconds from a request to its answer; nothing waits for another request. clock: as a bucket's."""

    def __init__(self, *, latency: float, clock: Callable[[], float]) -> None:
        self._latency = latency
        self._clock = clock
        self.counts = Counts(clock)
        self._faults = Faults()
        self._buckets: dict[str, Bucket] = {}
        self._account = Account()
        self._domain = Domain()
        self._controls: Mapping[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "/_counts"): lambda _: self.counts.report(),
            ("GET", "/_state"): lambda _: state(self._domain),
            ("POST", "/_reset"): lambda _: self._reset(),
            ("POST", "/_limits"): self._limit,
            ("POST", "/_world"): self._settle,
            ("POST", "/_items"): self._put,
            ("POST", "/_faults"): self._fail,
        }

    def answer(self, request: Request) -> Later:
        """Takes effect now, and is to be seen after the latency. Controls are answered at once, and not counted."""
        if request.path.startswith("/_"):
            return Later(seconds=0, reply=self._control(request), counted=False)
        asked = understand(request)
        count = self.counts.arrived(asked.operation)
        fault = self._faults.meet(asked.operation)
        try:
            reply = self._admitted(asked, fault)
            count.entries += asked.entries
        except _Throttled:
            count.throttled += 1
            reply = error_reply(throttled(asked.protocol), asked.protocol)
        except Refused as refused:
            count.failed += 1
            reply = error_reply(refused, asked.protocol)
        if fault is not None and fault.kind in (FaultKind.TIMEOUT, FaultKind.LOST):
            return Later(seconds=fault.seconds, reply=None, counted=True)
        return Later(seconds=self._latency, reply=reply, counted=True)

    def _admitted(self, asked: Asked, fault: Fault | None) -> Reply:
        match fault.kind if fault else None:
            case FaultKind.THROTTLE:
                raise _Throttled
            case FaultKind.INTERNAL | FaultKind.TIMEOUT:
                raise internal(asked.protocol)
            case FaultKind.DENIED:
                raise denied(asked.protocol, asked.operation)
            case FaultKind.LOST | None:
                bucket = self._buckets.get(asked.operation)
                if bucket is not None and not bucket.take():
                    raise _Throttled
                return self._account.perform(asked)

    def _control(self, request: Request) -> Reply:
        control = self._controls.get((request.method, request.path))
        if control is None:
            return Reply(status=404)
        try:
            return json_reply(control(json.loads(request.body or b"{}")))
        except (TypeError, ValueError) as error:  # whoever asks is told what is wrong with the parameters
            return Reply(status=400, body=str(error).encode())

    def _reset(self) -> dict[str, Any]:
        """Counters at zero, buckets full, no faults; the world, items and limits stay."""
        self.counts.reset()
        self._faults.set(())
        for bucket in self._buckets.values():
            bucket.fill()
        return {}

    def _limit(self, limits: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
        """Replaces all limits: operation → tokens a second, and burst."""
        self._buckets = {
            operation: Bucket(rate=rate, burst=burst, clock=self._clock) for operation, (rate, burst) in limits.items()
        }
        return {}

    def _settle(self, world: Mapping[str, Any]) -> dict[str, Any]:
        """Builds another world, of which no table knows anything; `now` is now unless it says otherwise."""
        self._domain = build(World(**{"now": time.time(), **world}))
        self._account.settle(self._domain)
        self._account.tables.clear()
        _freeze()
        return state(self._domain)

    def _put(self, items: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
        """Puts DynamoDB items by table."""
        count = self._account.tables.put_all(items)
        _freeze()
        return {"items": count}

    def _fail(self, faults: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Replaces all faults."""
        self._faults.set([Fault(**{**each, "kind": FaultKind(each["kind"])}) for each in faults])
        return {}


class _Throttled(Exception):
    """There was no token for the call."""


def _freeze() -> None:
    """Every few calls Python would look through the whole population for garbage, which takes longer than the calls."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
