"""What an attacker can add to a good login without being refused: it changes nothing, least of all the way."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.integration.login.browser import FORM, Answer, Post, form
from tests.integration.login.front import Front
from tests.support.identity_providers.software import NAMES
from tests.support.saml_idp import posted

_EVIL = "https://evil.example.com/"

RELAY_STATES = (
    "",
    _EVIL,
    "//evil.example.com/",
    "/\\evil.example.com",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\r\nLocation: https://evil.example.com/",
    "x\r\nSet-Cookie: evil=1",
    "\0",
    "<script>alert(1)</script>",
    "../../studio?profile=the-boss",
    "studio::the-boss",
    "r" * 100_000,
)

HEADERS = (
    ("Host", "evil.example.com"),
    ("X-Forwarded-Host", "evil.example.com"),
    ("X-Forwarded-Proto", "javascript"),
    ("X-Forwarded-Prefix", "/evil"),
    ("X-Original-URL", "/studio"),
    ("X-Rewrite-URL", "/studio"),
    ("Forwarded", "host=evil.example.com;proto=https"),
    ("X-HTTP-Method-Override", "GET"),
    ("X-Correlation-Id", "chosen-by-somebody-else"),
    ("X-Concierge-Reason", "no-workspace"),
    ("Authorization", "Bearer evil"),
    ("Origin", "null"),
    ("Referer", _EVIL),
    ("Accept-Language", "<script>"),
    ("X-Amz-Date", "20000101T000000Z"),
    ("Transfer-Coding", "gzip"),
    ("Content-Type", "application/x-www-form-urlencoded; charset=utf-16"),
    ("Content-Type", "APPLICATION/X-WWW-FORM-URLENCODED"),
)

FIELDS = (
    ("SigAlg", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    ("Signature", "AAAA"),
    ("SAMLRequest", "AAAA"),
    ("samlresponse", "AAAA"),
    ("profile", "the-boss"),
    ("__proto__[x]", "y"),
)


@pytest.fixture(scope="module")
def usual(front: Front) -> Answer:
    """The same login without any addition."""
    answer = front.send(Post(body=form(("SAMLResponse", posted(front.genuine("samlp").document)))))
    front.let_in(answer)
    return answer


def leads_to_studio_and_nowhere_else(front: Front, answer: Answer, usual: Answer) -> None:
    """The redirect, and every header of it, is what it is without the addition."""
    assert urlsplit(answer.location)[:3] == urlsplit(usual.location)[:3]
    assert {name for name, _ in answer.headers} == {name for name, _ in usual.headers}
    assert "evil" not in str(answer)
    front.let_in(answer)


def _shown(texts: tuple[str, ...]) -> list[str]:
    return [ascii(text[:40]) for text in texts]


@pytest.mark.parametrize("relay_state", RELAY_STATES, ids=_shown(RELAY_STATES))
def test_a_relay_state_leads_nowhere(front: Front, usual: Answer, relay_state: str) -> None:
    document = front.genuine(NAMES[len(relay_state) % len(NAMES)]).document
    body = form(("RelayState", relay_state), ("SAMLResponse", posted(document)))
    leads_to_studio_and_nowhere_else(front, front.send(Post(body=body)), usual)


def test_a_relay_state_of_megabytes_is_not_read(front: Front) -> None:
    """It makes the whole form too long; the assertion is still good afterwards."""
    value = posted(front.genuine("samlp").document)
    answer = front.send(Post(body=form(("SAMLResponse", value), ("RelayState", "r" * 2_000_000))))
    front.refused(answer, "too-large")
    front.let_in(front.send(Post(body=form(("SAMLResponse", value)))))


@pytest.mark.parametrize(("name", "value"), HEADERS, ids=[f"{name}: {value}" for name, value in HEADERS])
def test_a_header_changes_nothing(front: Front, usual: Answer, name: str, value: str) -> None:
    body = form(("SAMLResponse", posted(front.genuine(NAMES[len(value) % len(NAMES)]).document)))
    headers = ((name, value),) if name == "Content-Type" else (FORM, (name, value))
    leads_to_studio_and_nowhere_else(front, front.send(Post(body=body, headers=headers)), usual)


@pytest.mark.parametrize(("name", "value"), FIELDS, ids=[name for name, _ in FIELDS])
def test_a_field_that_nobody_knows_changes_nothing(front: Front, usual: Answer, name: str, value: str) -> None:
    body = form((name, value), ("SAMLResponse", posted(front.genuine("pysaml2").document)))
    leads_to_studio_and_nowhere_else(front, front.send(Post(body=body)), usual)


def test_a_query_changes_nothing(front: Front, usual: Answer) -> None:
    body = form(("SAMLResponse", posted(front.genuine("simplesamlphp").document)))
    answer = front.send(Post(body=body, path="?SAMLResponse=AAAA&RelayState=https://evil.example.com/"))
    leads_to_studio_and_nowhere_else(front, answer, usual)


def test_nobody_chooses_the_reference_of_an_error_page(front: Front) -> None:
    """Else a stranger could write into the support team's search."""
    chosen = "00000000-0000-4000-8000-000000000000"
    answer = front.send(Post(body=b"x=y", headers=(FORM, ("X-Correlation-Id", chosen))))
    front.refused(answer, "form")
    assert answer.correlation != chosen
