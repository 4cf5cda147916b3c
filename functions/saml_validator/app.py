"""Woken by the public routes under /saml: a signed SAML response -> a way into Studio, once; and how a login starts."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from concierge import bootstrap
from concierge.errors import LoginRefused
from concierge.login import site
from concierge.login.attempts import Attempt, Response, answer
from concierge.login.cookies import cookies_in
from concierge.login.doorway import Browser, PageWords
from concierge.login.gateway import Event, base_url, header, posted, query_of, require_method


def handler(event: Event, _context: object) -> Response:
    """Always answers with a redirect, a page or a document."""
    language = site.preferred_language(header(event, "Accept-Language"))
    nonce = secrets.token_urlsafe(16)

    def look(correlation: str) -> site.Look:
        return site.Look(language=language, nonce=nonce, correlation=correlation)

    def act(attempt: Attempt) -> Response:
        browser = Browser(
            base_url=base_url(event, bootstrap.saml_settings().public_base_url),
            cookies=cookies_in(header(event, "Cookie")),
            look=look(attempt.correlation),
            now=datetime.now(UTC),
        )
        return _routed(event, browser, attempt)

    return answer(event, act, PageWords(look=look))


def _routed(event: Event, browser: Browser, attempt: Attempt) -> Response:
    doorway, query = bootstrap.doorway(), query_of(event)
    match event.get("resource"):
        case "/saml/acs":
            return doorway.log_in(posted(event), browser, attempt)
        case "/saml/login":
            require_method(event, "GET")
            return doorway.start(query.get("workspace", ""), browser, attempt)
        case "/saml/workspace":
            require_method(event, "GET")
            if "application/json" in header(event, "Accept"):
                return doorway.tell_state(browser, attempt)
            return doorway.go_on(query.get("choice", ""), browser, attempt)
        case "/saml/metadata":
            require_method(event, "GET")
            return doorway.describe(browser, attempt)
        case _:
            raise LoginRefused("route", "there is no such route")
