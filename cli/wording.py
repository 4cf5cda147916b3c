"""How the command writes what several of its parts show."""

from __future__ import annotations

from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """A time for people, in UTC to the minute."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def people(count: int) -> str:
    """How many people."""
    return "1 person" if count == 1 else f"{count} people"
