"""The one clock of a local stack: real time, plus an offset that a test or a rehearsal moves forward."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Real UTC time plus an offset.

    Time only ever moves forward, as it does for AWS, so that nothing in the stack sees a timestamp twice.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The stack's present, timezone-aware UTC."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Moves the stack's present forward by `by` and returns it; raises ValueError for a negative step."""
        if by < timedelta():
            raise ValueError(f"time cannot go back by {-by}")
        with self._lock:
            self._offset += by
        return self.now()
