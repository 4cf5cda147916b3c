"""What was asked of the fake, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True, kw_only=True)
class Count:
    """Of one operation.

    calls: every arrival. throttled, failed: those of them that were refused, for the rate or for another reason.
    entries: what calls that take several things at once brought, refused calls left out.
    first, last: when calls arrived, in seconds since the counters began.
    """

    calls: int = 0
    throttled: int = 0
    failed: int = 0
    entries: int = 0
    first: float = 0.0
    last: float = 0.0


class Counts:
    """Counters by operation, in the names that IAM gives them: `sagemaker:ListApps`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """All counters at zero, from now on. Calls that are not answered yet stay in flight."""
        self._began = self._clock()
        self._by_operation: defaultdict[str, Count] = defaultdict(Count)
        self._in_flight = self._most_at_once = 0

    def arrived(self, operation: str) -> Count:
        """Counts a call, and gives the counters of its operation for what becomes of it."""
        count = self._by_operation[operation]
        count.last = self._clock() - self._began
        if not count.calls:
            count.first = count.last
        count.calls += 1
        self._in_flight += 1
        self._most_at_once = max(self._most_at_once, self._in_flight)
        return count

    def answered(self) -> None:
        """A call got its answer, or its connection was closed."""
        self._in_flight = max(0, self._in_flight - 1)

    def report(self) -> dict[str, Any]:
        """`operations` by name, their sums, `most_at_once` unanswered calls, and `seconds` since the reset."""
        counts = self._by_operation
        return {
            "operations": {name: asdict(count) for name, count in sorted(counts.items())},
            "calls": sum(count.calls for count in counts.values()),
            "throttled": sum(count.throttled for count in counts.values()),
            "most_at_once": self._most_at_once,
            "seconds": self._clock() - self._began,
        }
