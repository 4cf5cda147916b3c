"""What a signed assertion says, as plain values. Nothing is judged here but whether it can be read one way only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from concierge.errors import LoginRefused
from concierge.login.saml.documents import (
    PROTOCOL,
    SAML,
    Element,
    attribute_of,
    only_child,
    optional_child,
    text_of,
)
from concierge.login.saml.signature import Signed

_UTC_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The Response around the assertion. It may be unsigned, so it can only ever be a reason to refuse."""

    version: str
    status: str
    issuer: str | None
    destination: str | None
    in_response_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The one SubjectConfirmation; times are in UTC, `not_before` is None if it has none."""

    method: str
    recipient: str
    in_response_to: str | None
    not_before: datetime | None
    not_on_or_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Everything that is checked about a login.

    audiences:  one set per AudienceRestriction; each of them has to be met.
    attributes: all values of each attribute, by its full name.
    """

    envelope: Envelope
    version: str
    id: str
    issuer: str
    issued_at: datetime
    subject: str
    confirmation: Confirmation
    not_before: datetime | None
    not_on_or_after: datetime
    audiences: tuple[frozenset[str], ...]
    attributes: Mapping[str, tuple[str, ...]]


def claims_of(signed: Signed) -> Claims:
    """Raises LoginRefused if something is missing, there twice, or not what SAML says it is."""
    assertion = signed.assertion
    subject = only_child(assertion, f"{SAML}Subject")
    conditions = only_child(assertion, f"{SAML}Conditions")
    return Claims(
        envelope=_envelope(signed.envelope),
        version=attribute_of(assertion, "Version"),
        id=attribute_of(assertion, "ID"),
        issuer=text_of(only_child(assertion, f"{SAML}Issuer")),
        issued_at=_time(assertion, "IssueInstant"),
        subject=text_of(only_child(subject, f"{SAML}NameID")),
        confirmation=_confirmation(only_child(subject, f"{SAML}SubjectConfirmation")),
        not_before=_optional_time(conditions, "NotBefore"),
        not_on_or_after=_time(conditions, "NotOnOrAfter"),
        audiences=tuple(
            frozenset(text_of(audience) for audience in restriction.findall(f"{SAML}Audience"))
            for restriction in conditions.findall(f"{SAML}AudienceRestriction")
        ),
        attributes=_attributes(assertion),
    )


def _envelope(response: Element) -> Envelope:
    issuer = optional_child(response, f"{SAML}Issuer")
    status = only_child(only_child(response, f"{PROTOCOL}Status"), f"{PROTOCOL}StatusCode")
    return Envelope(
        version=attribute_of(response, "Version"),
        status=attribute_of(status, "Value"),
        issuer=None if issuer is None else text_of(issuer),
        destination=response.get("Destination"),
        in_response_to=response.get("InResponseTo"),
    )


def _confirmation(element: Element) -> Confirmation:
    details = only_child(element, f"{SAML}SubjectConfirmationData")
    return Confirmation(
        method=attribute_of(element, "Method"),
        recipient=attribute_of(details, "Recipient"),
        in_response_to=details.get("InResponseTo"),
        not_before=_optional_time(details, "NotBefore"),
        not_on_or_after=_time(details, "NotOnOrAfter"),
    )


def _attributes(assertion: Element) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for attribute in assertion.iterfind(f"{SAML}AttributeStatement/{SAML}Attribute"):
        name = attribute_of(attribute, "Name")
        if name in found:
            raise LoginRefused("repeated-attribute", f"attribute {name[:100]!r} is there twice")
        found[name] = tuple(_value(value) for value in attribute.findall(f"{SAML}AttributeValue"))
    return found


def _value(element: Element) -> str:
    """An attribute that nobody reads may be empty; one with markup inside could be read in two ways."""
    if len(element):
        raise LoginRefused("structure", "an attribute's value must be text")
    return element.text or ""


def _time(element: Element, name: str) -> datetime:
    text = attribute_of(element, name)
    if not _UTC_TIME.fullmatch(text):
        raise LoginRefused("time", f"{name} is not a time in UTC")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise LoginRefused("time", f"{name} is not a time in UTC") from error


def _optional_time(element: Element, name: str) -> datetime | None:
    return _time(element, name) if name in element.attrib else None
