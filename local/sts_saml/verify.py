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

from cryptography.x509 import Certificate, load_der_x509_certificate
from lxml import etree
from signxml.exceptions import InvalidInput, InvalidSignature
from signxml.verifier import XMLVerifier

NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_WINDOW = timedelta(minutes=5)


class SamlRefused(Exception):
    """STS refuses the response, with AWS's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What STS takes from a signed assertion."""

    issuer: str
    name: str
    name_format: str
    recipient: str
    session_name: str
    tags: Mapping[str, str]

    def qualifier(self, account: str, provider: str) -> str:
        """NameQualifier: base64 of SHA-1 over issuer, account and provider name (API reference)."""
        digest = hashlib.sha1(f"{self.issuer}{account}/{provider}".encode(), usedforsecurity=False).digest()
        return base64.b64encode(digest).decode()


def verified(response: bytes, metadata: bytes, role_arn: str, provider_arn: str, now: datetime) -> Subject:
    """Reads only the element whose signature one of the metadata's certificates verifies; raises SamlRefused."""
    descriptor = etree.fromstring(metadata)
    assertion = _signed_assertion(response, _certificates(descriptor))
    if _text(assertion, "saml:Issuer") != descriptor.get("entityID"):
        raise SamlRefused("InvalidIdentityToken", "Issuer not present in specified provider")
    recipient = _confirmed(assertion, now)
    _require_times(assertion, now)
    audiences = [each.text for each in assertion.findall(".//saml:Audience", NS)]
    if "urn:amazon:webservices" not in audiences:
        raise SamlRefused("InvalidIdentityToken", "Audience is not urn:amazon:webservices")
    attributes = _attributes(assertion)
    pairs = [{part.strip() for part in pair.split(",")} for pair in attributes.get(f"{_ATTRIBUTES}Role", ())]
    if {role_arn, provider_arn} not in pairs:
        raise SamlRefused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
    names = attributes.get(f"{_ATTRIBUTES}RoleSessionName", ())
    if len(names) != 1 or not _SESSION_NAME.fullmatch(names[0]):
        raise SamlRefused(
            "InvalidIdentityToken", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
        )
    tag = f"{_ATTRIBUTES}PrincipalTag:"
    name_id = assertion.find("saml:Subject/saml:NameID", NS)
    return Subject(
        issuer=str(descriptor.get("entityID")),
        name=str(name_id.text) if name_id is not None else "",
        name_format=str(name_id.get("Format", "")) if name_id is not None else "",
        recipient=recipient,
        session_name=names[0],
        tags={key.removeprefix(tag): values[0] for key, values in attributes.items() if key.startswith(tag)},
    )


def _certificates(descriptor: etree._Element) -> list[Certificate]:
    found = descriptor.findall(".//md:IDPSSODescriptor/md:KeyDescriptor", NS)
    texts = [each.findtext(".//ds:X509Certificate", "", NS) for each in found if each.get("use") != "encryption"]
    return [load_der_x509_certificate(base64.b64decode(text)) for text in texts]


def _signed_assertion(response: bytes, certificates: list[Certificate]) -> etree._Element:
    try:
        document = etree.fromstring(response, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise SamlRefused("InvalidIdentityToken", "Invalid base64 SAMLResponse") from error
    for certificate in certificates:
        try:
            results = XMLVerifier().verify(document, x509_cert=certificate, expect_references=1)
        except (InvalidSignature, InvalidInput):
            continue
        signed = (results if isinstance(results, list) else [results])[0].signed_xml
        found = signed if signed is not None and signed.tag == _ASSERTION else None
        if found is None and signed is not None:
            found = signed.find("saml:Assertion", NS)
        if found is not None:
            return found
    raise SamlRefused("InvalidIdentityToken", "Response signature invalid")


def _confirmed(assertion: etree._Element, now: datetime) -> str:
    for data in assertion.findall("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NS):
        if _time(data.get("NotOnOrAfter")) > now and data.get("Recipient"):
            return str(data.get("Recipient"))
    raise SamlRefused("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")


def _require_times(assertion: etree._Element, now: datetime) -> None:
    if abs(now - _time(assertion.get("IssueInstant"))) > _WINDOW:
        raise SamlRefused("ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance")
    conditions = assertion.find("saml:Conditions", NS)
    if conditions is None:
        return
    early = conditions.get("NotBefore") and _time(conditions.get("NotBefore")) > now + _WINDOW
    late = conditions.get("NotOnOrAfter") and _time(conditions.get("NotOnOrAfter")) <= now
    if early or late:
        raise SamlRefused("ExpiredTokenException", "Assertion is not valid now")


def _attributes(assertion: etree._Element) -> dict[str, list[str]]:
    return {
        str(each.get("Name")): [str(value.text) for value in each.findall("saml:AttributeValue", NS)]
        for each in assertion.findall("saml:AttributeStatement/saml:Attribute", NS)
    }


def _text(element: etree._Element, path: str) -> str:
    return str(element.findtext(path, "", NS))


def _time(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "1970-01-01T00:00:00Z")
