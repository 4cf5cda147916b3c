"""Where exactly the time windows end: the clock skew is 60 seconds, and an assertion is for five minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from concierge.errors import LoginRefused
from concierge.login.saml.checks import ROLE, ROLE_SESSION_NAME, Expected, accepted
from concierge.login.saml.claims import Claims, Confirmation, Envelope

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
ACS = "https://login.example.com/saml/acs"
AUDIENCE = "urn:amazon:webservices"
EXPECTED = Expected(
    issuer="https://idp.example.com", audience=AUDIENCE, acs=ACS, role_arn="role", provider_arn="provider"
)
CLAIMS = Claims(
    envelope=Envelope(
        version="2.0",
        status="urn:oasis:names:tc:SAML:2.0:status:Success",
        issuer=None,
        destination=None,
        in_response_to=None,
    ),
    version="2.0",
    id="id-1",
    issuer=EXPECTED.issuer,
    issued_at=TEN,
    subject="a1b2c3",
    confirmation=Confirmation(
        method="urn:oasis:names:tc:SAML:2.0:cm:bearer",
        recipient=ACS,
        in_response_to=None,
        not_before=None,
        not_on_or_after=TEN + timedelta(minutes=5),
    ),
    not_before=TEN,
    not_on_or_after=TEN + timedelta(hours=1),
    audiences=(frozenset({AUDIENCE}),),
    attributes={ROLE: ("role,provider",), ROLE_SESSION_NAME: ("Amara.Okafor",)},
)


def outcome(claims: Claims, now: datetime, expected: Expected = EXPECTED) -> str:
    try:
        accepted(claims, expected, now=now)
    except LoginRefused as refused:
        return refused.reason
    return "accepted"


def test_who_it_is_and_until_when_it_could_be_used() -> None:
    assertion = accepted(CLAIMS, EXPECTED, now=TEN)
    assert (assertion.session_name, assertion.login) == ("Amara.Okafor", "amara.okafor")
    assert assertion.usable_until == TEN + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("seconds", "expected"), [(-61, "issued-in-future"), (-60, "accepted"), (299, "accepted"), (300, "too-old")]
)
def test_five_minutes_from_being_issued(seconds: int, expected: str) -> None:
    assert outcome(CLAIMS, TEN + timedelta(seconds=seconds)) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(-1, "accepted"), (59, "accepted"), (60, "expired")])
def test_both_ends_are_forgiven_a_minute(seconds: int, expected: str) -> None:
    now = TEN + timedelta(seconds=100 + seconds)
    end = TEN + timedelta(seconds=100)
    assert outcome(replace(CLAIMS, not_on_or_after=end), now) == expected
    assert outcome(replace(CLAIMS, confirmation=replace(CLAIMS.confirmation, not_on_or_after=end)), now) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(-61, "not-yet-valid"), (-60, "accepted"), (0, "accepted")])
def test_both_starts_are_forgiven_a_minute(seconds: int, expected: str) -> None:
    now = TEN + timedelta(seconds=100 + seconds)
    start = TEN + timedelta(seconds=100)
    assert outcome(replace(CLAIMS, not_before=start), now) == expected
    assert outcome(replace(CLAIMS, confirmation=replace(CLAIMS.confirmation, not_before=start)), now) == expected


def test_every_audience_restriction_has_to_be_met() -> None:
    both = (frozenset({AUDIENCE, "urn:other"}), frozenset({"urn:other"}))
    assert outcome(replace(CLAIMS, audiences=both[:1]), TEN) == "accepted"
    assert outcome(replace(CLAIMS, audiences=both), TEN) == "audience"
    assert outcome(replace(CLAIMS, audiences=()), TEN) == "audience"


def test_an_unsigned_envelope_can_only_refuse() -> None:
    other = replace(CLAIMS.envelope, issuer="https://evil.example.com")
    assert outcome(replace(CLAIMS, envelope=other), TEN) == "issuer"
    asked = replace(CLAIMS.envelope, in_response_to="id-0")
    assert outcome(replace(CLAIMS, envelope=asked), TEN) == "in-response-to"


def answering(question: str | None, around: str | None = None) -> Claims:
    return replace(
        CLAIMS,
        confirmation=replace(CLAIMS.confirmation, in_response_to=question),
        envelope=replace(CLAIMS.envelope, in_response_to=around),
    )


@pytest.mark.parametrize(
    ("claims", "asked", "unsolicited", "expected"),
    [
        (answering(None), None, True, "accepted"),
        (answering(None), None, False, "unsolicited"),
        (answering("q-1"), None, True, "in-response-to"),
        (answering("q-1"), "q-1", True, "accepted"),
        (answering("q-1", "q-1"), "q-1", False, "accepted"),
        (answering("q-1"), "q-2", False, "in-response-to"),
        (answering("q-1", "q-2"), "q-1", True, "in-response-to"),
        (answering(None, "q-1"), "q-1", True, "in-response-to"),
    ],
)
def test_an_answer_belongs_to_the_browser_that_asked(
    claims: Claims, asked: str | None, unsolicited: bool, expected: str
) -> None:
    assert outcome(claims, TEN, replace(EXPECTED, asked=asked, unsolicited=unsolicited)) == expected
