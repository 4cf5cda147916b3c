"""One attempt to log in: what is known about it, and its end as one answer and one log line.

A browser gets a redirect or one of few constant pages. Why, is in the log, under the correlation id of the page.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from concierge.errors import AwsError, ConciergeError, LoginRefused, NotYet, Throttled
from concierge.login import pages
from concierge.login.gateway import Event, correlation_id

logger = logging.getLogger(__name__)

NO_WORKSPACE = "no-workspace"
REASON_HEADER = "X-Concierge-Reason"  # lets the validator show the page that fits; nothing else reads it


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What is known so far; fields are set as soon as they are verified, never before."""

    correlation: str
    login: str = ""
    domain: str = ""
    profile: str = ""


def answer(event: Event, enter: Callable[[Attempt], str]) -> dict[str, Any]:
    """Lambda's proxy response: a redirect to where `enter` leads, or a page.

    `enter` raises LoginRefused if the attempt is at fault, and any other ConciergeError if we are.
    """
    attempt = Attempt(correlation=correlation_id(event))
    try:
        location = enter(attempt)
    except LoginRefused as refused:
        return _refused(attempt, refused)
    except ConciergeError as error:  # no traceback: botocore's errors may quote what was sent
        return _failed(attempt, error)
    logger.info("login accepted", extra=_fields(attempt, outcome="accepted", reason=""))
    return pages.redirect(location)


def _refused(attempt: Attempt, refused: LoginRefused) -> dict[str, Any]:
    fields = _fields(attempt, outcome="refused", reason=refused.reason)
    logger.warning("login refused", extra={**fields, "detail": str(refused)})
    if refused.reason == NO_WORKSPACE:
        page = pages.page(pages.NO_WORKSPACE, attempt.correlation)
        page["headers"][REASON_HEADER] = NO_WORKSPACE
        return page
    return pages.page(pages.REFUSED, attempt.correlation)


def _failed(attempt: Attempt, error: ConciergeError) -> dict[str, Any]:
    reason = error.code if isinstance(error, AwsError) else type(error).__name__
    fields = _fields(attempt, outcome="failed", reason=reason)
    logger.error("login failed", extra={**fields, "detail": str(error)})
    page = pages.BUSY if isinstance(error, Throttled | NotYet) else pages.FAILED
    return pages.page(page, attempt.correlation)


def _fields(attempt: Attempt, *, outcome: str, reason: str) -> dict[str, str]:
    return {
        "outcome": outcome,
        "reason": reason,
        "correlation": attempt.correlation,
        "login": attempt.login,
        "domain": attempt.domain,
        "profile": attempt.profile,
    }
