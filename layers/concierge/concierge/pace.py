"""How fast an API may be called: a known limit is kept to, an unknown one is found and remembered.

AWS counts most calls with a token bucket for each account, region and operation: `rate` calls a second flow in, and
`burst` fit. A client that only backs off when it is refused wastes what flows in meanwhile. A Pacer sends each call
when its turn has come, and learns from refusals what flows in: once the bucket has run dry, the calls that succeed
until it is dry again are the rate, whatever its size.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

Clock = Callable[[], float]
Pause = Callable[[float], None]

START = 20.0  # calls a second of an operation that nothing is known of
LEAST = 0.5  # however often it is refused
_DOUBLES_IN = 0.15  # seconds of full use, until the first refusal
_AHEAD, _AHEAD_SHARE = 6.0, 0.02  # calls on their way until then: what the first refusals may cost
_MARGIN = 0.98  # of a known rate: then no second holds more calls than it, even if one of them is 20 ms late
_BELOW = 0.97  # of a measured rate, to begin with
_BELOW_REFUSED = 0.98  # a rate that was refused is so near to the real one, if the measured one is not far from it
_NEAR, _DOWN, _HALF = 0.9, 0.85, 0.5  # a slowdown on too little evidence takes 15 to 50 % off
_ENOUGH, _PLENTY = 20, 50  # successes that a measurement needs, and one that replaces another
_SURE, _UNSURE, _DOUBTFUL = 10.0, 1.5, 3.0  # seconds of full use until the rate is back where it was refused
_BURST_SHARE, _BURST_LESS = 0.9, 4.0  # of the measured burst: others call too
_CLOSE = 1e-6  # calls or seconds that rounding may cost
_WORTH_KEEPING = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """An operation's limit: `rate` calls a second, and `burst` calls (one at the least) that may be saved up."""

    rate: float
    burst: float = 1.0
    is_known: bool = False


# Documented by AWS, without a burst: https://docs.aws.amazon.com/general/latest/gr/arg.html
KNOWN: Mapping[str, Pace] = {
    "GetResources": Pace(rate=15.0, is_known=True),
    "TagResources": Pace(rate=5.0, is_known=True),
}


@dataclass(slots=True, kw_only=True)
class _Course:
    """The rate after a slowdown: soon back near `top`, long about there, then faster and faster (CUBIC, RFC 9438)."""

    start: float
    top: float
    reach: float  # seconds of full use until it is at the top
    used: float = 0.0

    def rate(self) -> float:
        return self.top + (self.top - self.start) * (self.used / self.reach - 1) ** 3


class Pacer:
    """One operation of one account and region, shared by all threads of a run.

    Turns are counted in calls, not in seconds: `_flowed` is how many calls the rate has let through by now. A slowdown
    thus moves everybody who waits, and their order stays. `clock` and `pause` are in seconds; `clock` never goes back.
    """

    def __init__(self, pace: Pace | None, *, clock: Clock, pause: Pause) -> None:
        self.calls = self.throttles = 0
        self._given, self._clock, self._pause, self._lock = pace, clock, pause, Lock()
        self._course = _first_course(pace)
        self._ceiling = pace.rate * _MARGIN if pace and pace.is_known else math.inf
        self._rate = self._course.rate() if self._course else START
        self._burst = max(1.0, pace.burst) if pace else 1.0
        self._flowed, self._flowed_at = 0.0, clock()
        self._due, self._last_turn = 0.0, -1.0  # due: the next call's turn, and what is saved up on top
        self._is_scarce = False  # only when calls wait for their turn does a success say that more is possible
        self._slowed_at = -math.inf
        self._dry_at = math.inf  # when the call was sent that found the bucket empty
        self._settles_at = math.inf  # after the first refusal: when all calls on their way are answered
        self._succeeded = self._refused = self._successes = 0  # the first two: since the bucket was empty
        self._flight = 0.03  # seconds from sending to the answer, smoothed
        self._before_dry: deque[float] = deque(maxlen=4_096)
        self._measured: Pace | None = None

    def acquire(self, until: float | None = None) -> bool:
        """Returns when the next call may be sent, in the order of asking; False if that is after `until`."""
        turn = self.join(until)
        if turn is None:
            return False
        while wait := self.wait(turn, until):
            self._pause(wait)
        return wait is not None

    def join(self, until: float | None = None) -> float | None:
        """A place in the queue, for `wait`; None if it would be called up after `until`."""
        with self._lock:
            now = self._look()
            turn = max(self._flowed, self._due - (self._burst - 1), self._last_turn + 0.5)
            if until is not None and now + self._seconds_to(turn, now) > until:
                return None
            self._is_scarce = turn > self._flowed
            self._last_turn, self._due = turn, max(self._due, turn) + 1
            return turn

    def wait(self, turn: float, until: float | None = None) -> float | None:
        """Seconds to pause before asking again, 0.0 when the call may be sent, None if that is after `until`."""
        with self._lock:
            now = self._look()
            seconds = self._seconds_to(turn, now)
            if seconds <= _CLOSE:
                self.calls += 1
                return 0.0
            if until is not None and now + seconds > until:
                return None
            # The rate may rise meanwhile, and whoever oversleeps would go together with the next one.
            is_steady = self._course is not None and self._course.reach >= _SURE
            return seconds if seconds <= 0.02 else seconds / 2 if is_steady else min(0.1, seconds / 2)

    def succeeded(self, sent: float) -> None:
        """A call that was sent then (by the clock) was answered, and not with a refusal for its rate."""
        with self._lock:
            now = self._look()
            self._successes += 1
            self._flight += (now - sent - self._flight) * 0.1
            self._succeeded += sent > self._dry_at
            if self._dry_at == math.inf:
                self._before_dry.append(sent)
            if self._is_scarce and self._settles_at == math.inf and sent > self._slowed_at:
                self._rise()

    def throttled(self, sent: float) -> None:
        """A call that was sent then was refused for its rate. Of calls sent before a slowdown it says nothing new."""
        with self._lock:
            now = self._look()
            self.throttles += 1
            self._refused += sent > self._dry_at
            if sent <= self._slowed_at:
                return
            self._slowed_at = now
            if self._dry_at == math.inf:
                self._dry_at, self._succeeded, self._refused = sent, 0, 0
            if self._course is None:
                self._settles_at = self._flowed_at = now + 1.5 * self._flight
            else:
                self._slow_down(sent)
                self._flowed_at = now + 1 / self._rate
            self._due = max(self._due, self._flowed + self._burst - 1)  # nothing is saved up any more

    def learnt(self) -> Pace | None:
        """What a later run should start from; None if that is what this one was given, or cannot be said yet."""
        with self._lock:
            given, measured = self._given, self._measured
            if measured is None or given is None:
                return measured
            is_news = not given.is_known and abs(measured.rate / given.rate - 1) > _WORTH_KEEPING
            return measured if is_news else None

    def _look(self) -> float:
        now = self._clock()
        if now >= self._settles_at - _CLOSE:
            self._settle()
        self._flowed += max(0.0, now - self._flowed_at) * self._rate
        self._flowed_at = max(now, self._flowed_at)
        return now

    def _seconds_to(self, turn: float, now: float) -> float:
        return max(0.0, turn - self._flowed) / self._rate + max(0.0, self._flowed_at - now)

    def _rise(self) -> None:
        if self._course:
            self._course.used += 1 / self._rate
            self._rate = min(self._ceiling, max(LEAST, self._course.rate()))
        else:
            ahead = max(_AHEAD, _AHEAD_SHARE * self._successes) / max(self._flight, 0.001)
            self._rate = max(self._rate, min(self._rate + math.log(2) / _DOUBLES_IN, ahead))

    def _settle(self) -> None:
        """All that was on its way is answered: the share that succeeded is a first guess of the rate."""
        self._settles_at = math.inf
        share = (self._succeeded + 0.5) / (self._succeeded + self._refused + 0.5)
        self._steer(self._rate * share, self._rate * share * 1.1, _UNSURE)

    def _slow_down(self, sent: float) -> None:
        refused, successes = self._rate, self._succeeded
        seconds = max(sent - self._dry_at, _CLOSE)
        flowing = successes / seconds
        if successes < _ENOUGH:  # too few to measure by, but no more than one above them flows in
            rate = max(refused * _HALF, min(refused * _DOWN, (successes + 1) / seconds))
            self._steer(rate, min(refused, rate * 1.15), _UNSURE)
        else:
            is_near = flowing >= refused * _NEAR
            if is_near:  # a small bucket overflowed while the rate was low: what flows in is above what was measured
                flowing = max(flowing, refused * _BELOW_REFUSED)
            rate = flowing * _BELOW if is_near else max(flowing * _BELOW, refused * _DOWN)
            self._steer(rate, rate / _BELOW, _SURE if is_near else _DOUBTFUL)
            is_better = is_near or flowing > (self._measured.rate if self._measured else refused * _HALF)
            if is_better and (self._measured is None or successes >= _PLENTY):
                self._measure(flowing)
            self._dry_at, self._succeeded, self._refused = sent, 0, 0

    def _steer(self, rate: float, top: float, reach: float) -> None:
        self._rate = min(self._ceiling, max(LEAST, rate))
        self._course = _Course(start=self._rate, top=max(top, self._rate / _BELOW), reach=reach)

    def _measure(self, rate: float) -> None:
        burst = self._burst
        if self._before_dry and self._given is None:
            # The bucket was as large as the most that was ever taken out of it above what flowed in.
            sent = sorted(self._before_dry, reverse=True)
            taken = max(count - rate * (sent[0] - at) for count, at in enumerate(sent, start=1))
            burst = max(1.0, taken * _BURST_SHARE - _BURST_LESS)
        self._due += burst - self._burst
        self._burst, self._measured = burst, Pace(rate=rate, burst=burst)


def _first_course(pace: Pace | None) -> _Course | None:
    if pace is None:
        return None
    top = pace.rate * _MARGIN if pace.is_known else pace.rate
    return _Course(start=top * _BELOW, top=top, reach=_SURE, used=_SURE if pace.is_known else 0.0)


class Pacers:
    """The pacers of one account and region, by API operation; each is made when its operation is first called."""

    def __init__(self, *, clock: Clock, pause: Pause, known: Mapping[str, Pace] = KNOWN) -> None:
        self.clock, self._pause, self._lock = clock, pause, Lock()
        self._known, self._paces = known, dict(known)
        self._pacers: dict[str, Pacer] = {}

    def start_from(self, paces: Mapping[str, Pace]) -> None:
        """Rates that earlier runs have learnt; they never replace a known one, or a pacer that is at work."""
        with self._lock:
            self._paces = {**self._paces, **paces, **self._known}

    def of(self, operation: str) -> Pacer:
        """The operation's one pacer."""
        with self._lock:
            if operation not in self._pacers:
                self._pacers[operation] = Pacer(self._paces.get(operation), clock=self.clock, pause=self._pause)
            return self._pacers[operation]

    def learnt(self) -> Mapping[str, Pace]:
        """What is worth keeping for the next run, by operation."""
        with self._lock:
            return {name: pace for name, pacer in self._pacers.items() if (pace := pacer.learnt()) is not None}
