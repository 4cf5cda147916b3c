"""Woken by `GET /studio`, which only a session of the login role may call: who that is -> their way into Studio."""

from __future__ import annotations

from datetime import UTC, datetime

from concierge import bootstrap
from concierge.login.attempts import Attempt, Response, answer
from concierge.login.attested import HEADER
from concierge.login.gateway import Event, caller_arn, header, query_of, require_method
from concierge.login.studio_route import Wish, WordsForTheDoorway, outcome_of, response_of


def handler(event: Event, _context: object) -> Response:
    """Always answers in the language of `login.studio_route`."""

    def act(attempt: Attempt) -> Response:
        require_method(event, "GET")
        found = bootstrap.studio_links().enter(
            caller_arn(event),
            Wish.read(query_of(event)),
            groups=header(event, HEADER),
            attempt=attempt,
            now=datetime.now(UTC),
        )
        attempt.outcome = outcome_of(found)
        return response_of(found)

    return answer(event, act, WordsForTheDoorway())
