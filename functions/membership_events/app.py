"""Woken by EventBridge: any source's membership event -> one message per person on the FIFO queue."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from concierge import bootstrap

logger = logging.getLogger("concierge.membership_events")


def handler(event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Raises MalformedEvent for what can never be read: the function's on-failure destination keeps it."""
    now = datetime.now(UTC)
    taken = bootstrap.intake(now).take(event, now=now)
    for change in taken.queued:
        logger.info("queued", extra={"cause": change.cause, "person": change.person.id, "kind": change.kind})
    for ignored in taken.ignored:
        logger.info("ignored", extra={"cause": ignored.dedupe_key, "reason": ignored.reason})
    return {"queued": len(taken.queued), "ignored": len(taken.ignored)}
