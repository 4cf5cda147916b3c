"""The token bucket by which AWS limits how often an operation is called."""

from __future__ import annotations

from collections.abc import Callable

_ROUNDING = 1e-9  # tokens; a third of a second three times is a second


class Bucket:
    """Holds `burst` tokens at first and gains `rate` a second, but never more than `burst`.

    Source: "Request throttling for the Amazon EC2 API" (EC2 Developer Guide), whose algorithm the other services
    share. clock: seconds that never go back.
    """

    def __init__(self, *, rate: float, burst: float, clock: Callable[[], float]) -> None:
        if rate < 0 or burst < 1:
            raise ValueError(f"a bucket of {burst} tokens that gains {rate} a second lets nobody in")
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self.fill()

    def fill(self) -> None:
        """As it was at first."""
        self._tokens = float(self._burst)
        self._at = self._clock()

    def take(self) -> bool:
        """Whether there was a token for this call; a call without one costs nothing."""
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < 1 - _ROUNDING:
            return False
        self._tokens -= 1
        return True
