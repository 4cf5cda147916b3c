"""Calls that are to go wrong, for tests of what comes after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What becomes of the call. Only a LOST one takes effect: its answer never arrives."""

    THROTTLE = "throttle"
    INTERNAL = "500"
    DENIED = "denied"
    TIMEOUT = "timeout"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Meets the `nth` call of an operation since the faults were set, the first being 1, and `times` - 1 after it.

    seconds: how long a TIMEOUT or LOST call waits before its connection is closed.
    """

    operation: str
    nth: int
    kind: FaultKind
    times: int = 1
    seconds: float = 0.0


class Faults:
    """The faults that are set, and how far their operations have come."""

    def __init__(self) -> None:
        self.set(())

    def set(self, faults: Iterable[Fault]) -> None:
        """Replaces all of them, and counts calls anew."""
        self._faults = tuple(faults)
        self._calls: Counter[str] = Counter()

    def meet(self, operation: str) -> Fault | None:
        """Counts a call; the fault that is meant for it, if there is one."""
        if not self._faults:
            return None
        self._calls[operation] += 1
        call = self._calls[operation]
        for fault in self._faults:
            if fault.operation == operation and fault.nth <= call < fault.nth + fault.times:
                return fault
        return None
