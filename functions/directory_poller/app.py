"""Woken by a schedule: asks directories for their latest changes over LDAPS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from concierge import bootstrap


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Returns what each directory had; raises DirectoryNotRead, which the alarm counts, if one could not be read."""
    now = datetime.now(UTC)
    return bootstrap.poller(now).poll(event, now=now)
