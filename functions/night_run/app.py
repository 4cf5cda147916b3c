"""Woken by the state machine: says what a run has to sweep, and at its end what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from concierge import bootstrap


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """`step` is begin or end; raises MalformedEvent, OlderRun, or NightIncomplete, which the state machine shows."""
    return bootstrap.night(datetime.now(UTC)).step(event)
