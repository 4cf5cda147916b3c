"""What a stack tells the outside: events on the project's bus, and notifications of topics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from local.events.topics import Notification


class Heard:
    """Listens from several threads; `bus` gives the name of the project's bus, once it is known."""

    def __init__(self, bus: Callable[[], str | None]) -> None:
        self._bus = bus
        self._events: list[dict[str, Any]] = []
        self._notifications: list[Notification] = []
        self._lock = threading.Lock()

    def event(self, bus: str, event: Mapping[str, Any]) -> None:
        """An event was put on a bus."""
        if bus == self._bus():
            with self._lock:
                self._events.append(dict(event))

    def notification(self, notification: Notification) -> None:
        """A topic was told something."""
        with self._lock:
            self._notifications.append(notification)

    @property
    def events(self) -> tuple[dict[str, Any], ...]:
        """Every event on the project's bus, in order."""
        with self._lock:
            return tuple(self._events)

    @property
    def notifications(self) -> tuple[Notification, ...]:
        """What topics were told, in order."""
        with self._lock:
            return tuple(self._notifications)
