"""Woken by `POST /saml/acs`, which is public: a signed SAML response -> a redirect into Studio, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from concierge import bootstrap
from concierge.login.attempts import Attempt, answer
from concierge.login.gateway import Event, base_url, posted_saml_response


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Always answers with a redirect or a page."""

    def enter(attempt: Attempt) -> str:
        settings = bootstrap.saml_settings()
        return bootstrap.saml_login().enter(
            posted_saml_response(event),
            base_url=base_url(event, settings.public_base_url),
            attempt=attempt,
            now=datetime.now(UTC),
        )

    return answer(event, enter)
