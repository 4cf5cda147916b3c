"""Whether a login's claims are acceptable: an ordered list of small checks, each with its own reason code.

They are as strict as what STS documents for AssumeRoleWithSAML or stricter, so that the log names the reason and
STS is the second lock, not the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.errors import LoginRefused
from concierge.login.saml.claims import Claims
from concierge.names import canonical_login

CLOCK_SKEW = timedelta(seconds=60)  # how far the identity provider's clock may be off, either way
MAX_AGE = timedelta(minutes=5)  # since IssueInstant, as STS has it

ROLE = "https://aws.amazon.com/SAML/Attributes/Role"
ROLE_SESSION_NAME = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"

_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a login must be for: this identity provider, this application at this address, this role.

    asked:       the question that this browser has asked, if the response answers one; None otherwise.
    unsolicited: whether the identity provider may start a login.
    """

    issuer: str
    audience: str
    acs: str
    role_arn: str
    provider_arn: str
    asked: str | None = None
    unsolicited: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """An assertion that passed every check.

    subject:      the NameID, which STS repeats.
    session_name: RoleSessionName as signed; `login` is its canonical form.
    usable_until: the moment from which the checks refuse it, clock skew included.
    """

    id: str
    issuer: str
    subject: str
    session_name: str
    login: str
    usable_until: datetime


def accepted(claims: Claims, expected: Expected, *, now: datetime) -> Assertion:
    """Raises LoginRefused with the reason code of the first check that fails."""
    for check in CHECKS:
        check(claims, expected, now)
    session_name = claims.attributes[ROLE_SESSION_NAME][0]
    usable_until = min(
        claims.issued_at + MAX_AGE,
        claims.not_on_or_after + CLOCK_SKEW,
        claims.confirmation.not_on_or_after + CLOCK_SKEW,
    )
    return Assertion(
        id=claims.id,
        issuer=claims.issuer,
        subject=claims.subject,
        session_name=session_name,
        login=canonical_login(session_name),
        usable_until=usable_until,
    )


def _version(claims: Claims, _expected: Expected, _now: datetime) -> None:
    if {claims.version, claims.envelope.version} != {"2.0"}:
        raise LoginRefused("version", "only SAML 2.0 is read")


def _status(claims: Claims, _expected: Expected, _now: datetime) -> None:
    if claims.envelope.status != _SUCCESS:
        raise LoginRefused("status", f"the identity provider reports {_clip(claims.envelope.status)}")


def _issuer(claims: Claims, expected: Expected, _now: datetime) -> None:
    for issuer in (claims.issuer, claims.envelope.issuer):
        if issuer is not None and issuer != expected.issuer:
            raise LoginRefused("issuer", f"issuer is {_clip(issuer)}, the metadata says {_clip(expected.issuer)}")


def _in_response_to(claims: Claims, expected: Expected, _now: datetime) -> None:
    """An answer to somebody else's question belongs to somebody else's browser."""
    answered, around = claims.confirmation.in_response_to, claims.envelope.in_response_to
    if around is not None and around != answered:
        raise LoginRefused("in-response-to", "Response and SubjectConfirmationData answer different questions")
    if answered is not None and answered != expected.asked:
        raise LoginRefused("in-response-to", "this browser has not asked the question that the response answers")
    if answered is None and not expected.unsolicited:
        raise LoginRefused("unsolicited", "only logins that start at /saml/login are accepted (AllowIdpInitiated)")


def _destination(claims: Claims, expected: Expected, _now: datetime) -> None:
    destination = claims.envelope.destination
    if destination is not None and destination != expected.acs:
        raise LoginRefused("destination", f"Destination is {_clip(destination)}, the ACS URL is {expected.acs}")


def _confirmation_method(claims: Claims, _expected: Expected, _now: datetime) -> None:
    if claims.confirmation.method != _BEARER:
        raise LoginRefused("confirmation", "the subject confirmation is not of method bearer")


def _recipient(claims: Claims, expected: Expected, _now: datetime) -> None:
    if claims.confirmation.recipient != expected.acs:
        found = _clip(claims.confirmation.recipient)
        raise LoginRefused("recipient", f"Recipient is {found}, the ACS URL is {expected.acs}")


def _audience(claims: Claims, expected: Expected, _now: datetime) -> None:
    if not claims.audiences or any(expected.audience not in audiences for audiences in claims.audiences):
        raise LoginRefused("audience", f"the audience must be {expected.audience}")


def _age(claims: Claims, _expected: Expected, now: datetime) -> None:
    if claims.issued_at > now + CLOCK_SKEW:
        raise LoginRefused("issued-in-future", f"IssueInstant is {claims.issued_at.isoformat()}")
    if now >= claims.issued_at + MAX_AGE:
        raise LoginRefused("too-old", f"IssueInstant is {claims.issued_at.isoformat()}")


def _valid_from(claims: Claims, _expected: Expected, now: datetime) -> None:
    for start in (claims.not_before, claims.confirmation.not_before):
        if start is not None and now + CLOCK_SKEW < start:
            raise LoginRefused("not-yet-valid", f"NotBefore is {start.isoformat()}")


def _valid_until(claims: Claims, _expected: Expected, now: datetime) -> None:
    for end in (claims.not_on_or_after, claims.confirmation.not_on_or_after):
        if now - CLOCK_SKEW >= end:
            raise LoginRefused("expired", f"NotOnOrAfter is {end.isoformat()}")


def _role(claims: Claims, expected: Expected, _now: datetime) -> None:
    """AWS takes the pair in either order; one pair only, because nobody is asked to choose."""
    pairs = claims.attributes.get(ROLE, ())
    role, provider = expected.role_arn, expected.provider_arn
    if len(pairs) != 1 or pairs[0] not in (f"{role},{provider}", f"{provider},{role}"):
        raise LoginRefused("role", f"attribute Role must be the one pair {role},{provider}")


def _session_name(claims: Claims, _expected: Expected, _now: datetime) -> None:
    names = claims.attributes.get(ROLE_SESSION_NAME, ())
    if len(names) != 1 or not _SESSION_NAME.fullmatch(names[0]):
        raise LoginRefused(
            "session-name", "attribute RoleSessionName must be one value of 2 to 64 of [A-Za-z0-9_+=,.@-]"
        )


def _clip(text: str) -> str:
    """Enough of a foreign text for the log."""
    return repr(text[:200])


Check = Callable[[Claims, Expected, datetime], None]

CHECKS: tuple[Check, ...] = (
    _version,
    _status,
    _issuer,
    _in_response_to,
    _destination,
    _confirmation_method,
    _recipient,
    _audience,
    _age,
    _valid_from,
    _valid_until,
    _role,
    _session_name,
)
