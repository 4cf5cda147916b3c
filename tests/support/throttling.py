"""AWS's limits, simulated: buckets and counters, callers in virtual time, and an HTTP endpoint that refuses."""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Protocol

from concierge.pace import Pacer

Steps = Generator[float, None, None]  # seconds until the next step


class World:
    """Virtual time: whoever takes part yields how many seconds pass until their next step."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._steps: list[tuple[float, int, Steps]] = []
        self._count = 0

    def clock(self) -> float:
        return self.now

    def join(self, steps: Steps, *, after: float = 0.0) -> None:
        self._count += 1
        heapq.heappush(self._steps, (self.now + after, self._count, steps))

    def run(self) -> None:
        while self._steps:
            self.now, _, steps = heapq.heappop(self._steps)
            for seconds in steps:
                self.join(steps, after=seconds)
                break


class Limit(Protocol):
    """Decides on one request."""

    def admits(self, now: float) -> bool: ...


@dataclass(slots=True)
class Bucket:
    """A token bucket that starts full."""

    rate: float
    burst: float
    level: float = field(init=False)
    at: float | None = None

    def __post_init__(self) -> None:
        self.level = self.burst

    def admits(self, now: float) -> bool:
        self.level = min(self.burst, self.level + (now - (now if self.at is None else self.at)) * self.rate)
        self.at = now
        is_admitted = self.level >= 1 - 1e-9
        self.level -= is_admitted
        return is_admitted


@dataclass(slots=True)
class SlidingSecond:
    """At most so many requests in any second."""

    most: int
    admitted: list[float] = field(default_factory=list)

    def admits(self, now: float) -> bool:
        self.admitted = [at for at in self.admitted if now - at < 1.0]
        is_admitted = len(self.admitted) < self.most
        if is_admitted:
            self.admitted.append(now)
        return is_admitted


@dataclass(slots=True)
class CalendarSecond:
    """At most so many requests in each second of the clock."""

    most: int
    second: int = -1
    count: int = 0

    def admits(self, now: float) -> bool:
        if int(now) != self.second:
            self.second, self.count = int(now), 0
        self.count += 1
        return self.count <= self.most


@dataclass(slots=True, kw_only=True)
class Crowd:
    """Workers who share a pacer and make `calls` calls between them; a refused call is made again.

    A request takes 15 ms and up to `jitter` seconds more to AWS, its answer 15 ms. `faults` is the share of calls that
    AWS answers with a fault of its own, `slow` of those that take a second longer.
    """

    pacer: Callable[[World], Pacer]
    limit: Limit
    calls: int
    workers: int
    jitter: float = 0.0
    faults: float = 0.0
    slow: float = 0.0
    seed: int = 0
    until: float | None = None  # seconds after the start
    at_second: tuple[float, Callable[[], None]] | None = None  # what happens when


@dataclass(slots=True, kw_only=True)
class Ran:
    """What became of it."""

    seconds: float
    pacer: Pacer
    sent: list[float]
    succeeded: list[int]  # by worker
    refused: int
    late: int

    @property
    def refused_share(self) -> float:
        return self.refused / max(1, sum(self.succeeded))


def run(crowd: Crowd) -> Ran:
    """The whole of it, in virtual time."""
    world = World()
    start = world.now
    pacer = crowd.pacer(world)
    ran = Ran(seconds=0.0, pacer=pacer, sent=[], succeeded=[0] * crowd.workers, refused=0, late=0)
    shift = _Shift(crowd=crowd, world=world, ran=ran, chance=random.Random(crowd.seed), left=crowd.calls)
    for worker in range(crowd.workers):
        world.join(shift.work(worker))
    if crowd.at_second is not None:
        world.join(_happen(crowd.at_second[1]), after=crowd.at_second[0])
    world.run()
    ran.seconds = world.now - start
    return ran


@dataclass(slots=True, kw_only=True)
class _Shift:
    """The workers at work."""

    crowd: Crowd
    world: World
    ran: Ran
    chance: random.Random
    left: int

    def work(self, worker: int) -> Steps:
        until = None if self.crowd.until is None else self.world.now + self.crowd.until
        while self.left > 0:
            self.left -= 1
            is_done = False
            while not is_done:
                is_in_time = yield from self._turn(until)
                if not is_in_time:
                    self.ran.late += 1
                    break
                is_done = yield from self._attempt()
            self.ran.succeeded[worker] += is_done

    def _turn(self, until: float | None) -> Generator[float, None, bool]:
        turn = self.ran.pacer.join(until)
        if turn is None:
            return False
        while seconds := self.ran.pacer.wait(turn, until):
            yield seconds
        return seconds is not None

    def _attempt(self) -> Generator[float, None, bool]:
        crowd, sent = self.crowd, self.world.now
        self.ran.sent.append(sent)
        yield 0.015 + self.chance.random() * crowd.jitter + (self.chance.random() < crowd.slow)
        is_admitted = crowd.limit.admits(self.world.now)
        is_answered = self.chance.random() >= crowd.faults
        yield 0.015
        if not is_admitted:
            self.ran.refused += 1
            self.ran.pacer.throttled(sent)
        elif is_answered:
            self.ran.pacer.succeeded(sent)
        return is_admitted and is_answered


def _happen(then: Callable[[], None]) -> Steps:
    then()
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the endpoint says to one request; `code` is AWS's, empty for success."""

    status: int = 200
    code: str = ""
    body: dict[str, object] = field(default_factory=dict)
    closes: bool = False  # the connection, without an answer


OK = Answer()
REFUSED = Answer(status=400, code="ThrottlingException")
FAULT = Answer(status=500, code="InternalFailure")
DENIED = Answer(status=400, code="AccessDeniedException")
LOST = Answer(closes=True)


@dataclass(slots=True)
class Endpoint:
    """An AWS JSON endpoint on this machine: gives the scripted answers in turn, then what `usual` says."""

    usual: Callable[[], Answer]
    url: str = ""
    script: list[Answer] = field(default_factory=list)
    received: list[dict[str, object]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def answer(self, request: dict[str, object]) -> Answer:
        with self.lock:
            self.received.append(request)
            return self.script.pop(0) if self.script else self.usual()


@contextmanager
def endpoint(script: Sequence[Answer] = (), *, usual: Callable[[], Answer] = lambda: OK) -> Iterator[Endpoint]:
    """Serves on a free port until the block ends."""
    stub = Endpoint(usual=usual, script=list(script))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            answer = stub.answer(request)
            if answer.closes:
                self.close_connection = True
                return
            body = {"__type": answer.code, "message": answer.code} if answer.code else answer.body
            content = json.dumps(body).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
