"""One attempt to log in: what is known about it, and its end as one answer and one log line.

A browser gets a redirect, a page or one of few constant notices. Why, is in the log, under the notice's reference.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from concierge.errors import AwsError, ConciergeError, LoginRefused, NotYet, Throttled
from concierge.login.gateway import Event, correlation_id

logger = logging.getLogger(__name__)

Response = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Attempt:
    """What is known so far; login, domain and profile are set as soon as they are verified, never before.

    outcome: of an attempt that ends well: accepted, or what the person was shown instead.
    """

    correlation: str
    login: str = ""
    domain: str = ""
    profile: str = ""
    outcome: str = "accepted"


class Words(Protocol):
    """How an attempt that ends badly is told to whoever asked."""

    def refused(self, attempt: Attempt, reason: str) -> Response:
        """Nobody gets in; `reason` is for the log and never shown as it is."""

    def failed(self, attempt: Attempt, *, busy: bool) -> Response:
        """The fault is ours, or AWS is busy."""


def answer(event: Event, act: Callable[[Attempt], Response], words: Words) -> Response:
    """Lambda's proxy response.

    `act` raises LoginRefused if the attempt is at fault, and any other ConciergeError if we are.
    """
    attempt = Attempt(correlation=correlation_id(event))
    try:
        response = act(attempt)
    except LoginRefused as refused:
        fields = _fields(attempt, outcome="refused", reason=refused.reason)
        logger.warning("login refused", extra={**fields, "detail": str(refused)})
        return words.refused(attempt, refused.reason)
    except ConciergeError as error:  # no traceback: an error may quote what was sent
        reason = error.code if isinstance(error, AwsError) else type(error).__name__
        fields = _fields(attempt, outcome="failed", reason=reason)
        logger.error("login failed", extra={**fields, "detail": str(error)})  # noqa: TRY400  # as said above
        return words.failed(attempt, busy=isinstance(error, Throttled | NotYet))
    logger.info("login answered", extra=_fields(attempt, outcome=attempt.outcome, reason=""))
    return response


def _fields(attempt: Attempt, *, outcome: str, reason: str) -> dict[str, str]:
    return {
        "outcome": outcome,
        "reason": reason,
        "correlation": attempt.correlation,
        "login": attempt.login,
        "domain": attempt.domain,
        "profile": attempt.profile,
    }
