"""Woken by `GET /studio`, which only a session of the login role may call: who that is -> a link into Studio."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from concierge import bootstrap
from concierge.login.attempts import Attempt, answer
from concierge.login.gateway import Event, caller_arn, require_method


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Always answers with a redirect or a page."""

    def enter(attempt: Attempt) -> str:
        require_method(event, "GET")
        return bootstrap.studio_links().enter(caller_arn(event), attempt=attempt, now=datetime.now(UTC))

    return answer(event, enter)
