"""What STS checks of a SAML response.

Source: AssumeRoleWithSAML (STS API reference) and "Configure SAML assertions" (IAM User Guide). STS does not stop
replay; nor does this.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from local.sts_saml.attributes import read
from local.sts_saml.refusals import SamlRefused, expired, invalid_token, not_authorized
from local.sts_saml.signature import signed_assertion
from local.sts_saml.xml import NS, RESPONSE, moment, parsed, value

__all__ = ["SamlRefused", "Subject", "verified"]

_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_PLAIN_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:"
_AUDIENCE = re.compile(r"urn:amazon:webservices|https://([a-z0-9-]+\.)?signin\.aws\.amazon\.com/saml")
_WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What STS takes from a signed assertion.

    session_ends: the identity provider's own end of the session (SessionNotOnOrAfter), None if it has none.
    """

    issuer: str
    name: str
    name_format: str
    recipient: str
    session_name: str
    tags: Mapping[str, str]
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    session_ends: datetime | None = None

    @property
    def subject_type(self) -> str:
        """SubjectType: the format without SAML 2.0's prefix; another format as it is (API reference)."""
        return self.name_format.removeprefix(_PLAIN_FORMAT)

    def qualifier(self, account: str, provider: str) -> str:
        """NameQualifier: base64 of SHA-1 over issuer, account and provider name (API reference)."""
        digest = hashlib.sha1(f"{self.issuer}{account}/{provider}".encode(), usedforsecurity=False).digest()
        return base64.b64encode(digest).decode()


def verified(response: bytes, metadata: bytes, role_arn: str, provider_arn: str, now: datetime) -> Subject:
    """Reads only the element whose signature one of the metadata's certificates verifies; raises SamlRefused."""
    document, descriptor = parsed(response), parsed(metadata)
    _require_success(document)
    assertion = signed_assertion(document, descriptor)
    issuer = value(assertion.find("saml:Issuer", NS))
    if issuer != descriptor.get("entityID"):
        raise invalid_token("Issuer not present in specified provider")
    recipient = _confirmed(assertion, now)
    _require_now(assertion, now)
    _require_audience(assertion)
    attributes = read(assertion)
    if frozenset({role_arn, provider_arn}) not in attributes.role_pairs:
        raise not_authorized()
    name_id = assertion.find("saml:Subject/saml:NameID", NS)
    return Subject(
        issuer=issuer,
        name=value(name_id),
        name_format="" if name_id is None else name_id.get("Format", ""),
        recipient=recipient,
        session_name=attributes.session_name,
        tags=attributes.tags,
        transitive_tag_keys=attributes.transitive_tag_keys,
        source_identity=attributes.source_identity,
        session_ends=_session_ends(assertion, now),
    )


def _require_success(document: etree._Element) -> None:
    """The status need not be signed: without this check, a failure would only be refused later."""
    if document.tag != RESPONSE:
        raise invalid_token("Not a SAML response")
    status = document.find("samlp:Status/samlp:StatusCode", NS)
    if status is None or status.get("Value") != _SUCCESS:
        raise SamlRefused("IDPRejectedClaim", "The identity provider reported that authentication failed")


def _confirmed(assertion: etree._Element, now: datetime) -> str:
    """The Recipient of a bearer confirmation that holds now."""
    was_bearer = False
    for confirmation in assertion.findall("saml:Subject/saml:SubjectConfirmation", NS):
        found = confirmation.find("saml:SubjectConfirmationData", NS)
        if confirmation.get("Method") != _BEARER or found is None or not found.get("Recipient"):
            continue
        was_bearer = True
        if now < moment(found.get("NotOnOrAfter", "")) and _has_begun(found, now):
            return found.get("Recipient", "")
    raise expired() if was_bearer else invalid_token("The response has no bearer confirmation with a recipient")


def _require_now(assertion: etree._Element, now: datetime) -> None:
    if abs(now - moment(assertion.get("IssueInstant", ""))) > _WINDOW:
        raise expired()
    for conditions in assertion.findall("saml:Conditions", NS):
        until = conditions.get("NotOnOrAfter")
        if not _has_begun(conditions, now) or (until is not None and moment(until) <= now):
            raise expired()


def _has_begun(element: etree._Element, now: datetime) -> bool:
    """Clocks may differ by the window."""
    start = element.get("NotBefore")
    return start is None or moment(start) <= now + _WINDOW


def _require_audience(assertion: etree._Element) -> None:
    """Every restriction must let AWS in (SAML 2.0 core, 2.5.1.4), and there must be one."""
    restrictions = assertion.findall("saml:Conditions/saml:AudienceRestriction", NS)
    audiences = [[value(each) for each in one.findall("saml:Audience", NS)] for one in restrictions]
    if not audiences or not all(any(_AUDIENCE.fullmatch(name) for name in one) for one in audiences):
        raise invalid_token("Audience is not urn:amazon:webservices")


def _session_ends(assertion: etree._Element, now: datetime) -> datetime | None:
    statements = assertion.findall("saml:AuthnStatement", NS)
    ends = [moment(end) for each in statements if (end := each.get("SessionNotOnOrAfter")) is not None]
    if any(end <= now for end in ends):
        raise expired()
    return min(ends, default=None)
