"""What goes back to a browser: Lambda proxy responses (API Gateway REST API, payload version 1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from concierge.login.site.language import Language
from concierge.login.site.markup import Html

_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CLOSED = ("default-src 'none'",)
_ALWAYS = ("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a page is shown.

    language:    of its texts.
    nonce:       for its style and its script: new and unguessable for every answer, base64 characters only.
    correlation: what the person tells the support team, and what the log lines carry.
    """

    language: Language
    nonce: str
    correlation: str


def redirect(location: str, *, status: int = 302, cookies: Sequence[str] = ()) -> dict[str, Any]:
    """To `location`, an absolute URL or a path that we made.

    cookies: whole `Set-Cookie` values.
    """
    return _answer(status, {"Location": location}, "", _CLOSED, cookies)


def json_answer(status: int, body: Mapping[str, object], *, cookies: Sequence[str] = ()) -> dict[str, Any]:
    """For a script of ours."""
    return _answer(status, {"Content-Type": "application/json"}, json.dumps(dict(body)), _CLOSED, cookies)


def page_answer(
    status: int, body: Html, look: Look, *, script: bool, connects: bool, cookies: Sequence[str]
) -> dict[str, Any]:
    """A page. It may use what carries its nonce and nothing else; `connects` lets its script ask this host."""
    sources = [*_CLOSED, f"style-src 'nonce-{look.nonce}'"]
    if script:
        sources.append(f"script-src 'nonce-{look.nonce}'")
    if connects:
        sources.append("connect-src 'self'")
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": look.language.value,
        "Vary": "Accept-Language, Cookie",
        # A window of the portal keeps no handle on a page of ours. Redirects leave this to where they lead.
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return _answer(status, headers, body, sources, cookies)


def _answer(
    status: int, headers: Mapping[str, str], body: str, sources: Sequence[str], cookies: Sequence[str]
) -> dict[str, Any]:
    policy = {"Content-Security-Policy": "; ".join((*sources, *_ALWAYS))}
    answer = {"statusCode": status, "headers": {**_HEADERS, **policy, **headers}, "body": str(body)}
    return {**answer, "multiValueHeaders": {"Set-Cookie": list(cookies)}} if cookies else answer
