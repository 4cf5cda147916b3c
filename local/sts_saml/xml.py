"""Reading SAML's XML strictly: no entities, no markup inside a value, no time without a zone."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from local.sts_saml.refusals import invalid_token

NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
ASSERTION = f"{{{NS['saml']}}}Assertion"
RESPONSE = f"{{{NS['samlp']}}}Response"


def parsed(document: bytes) -> etree._Element:
    """The root element; a document type, which no SAML message needs, is refused."""
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise invalid_token("Invalid base64 SAMLResponse") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise invalid_token("A SAML response has no document type")
    return root


def value(element: etree._Element | None) -> str:
    """An element's text; a comment or an element inside, after which lxml's text would end, is refused."""
    if element is None:
        return ""
    if len(element):
        raise invalid_token("A value in the SAML response has markup inside")
    return (element.text or "").strip()


def moment(text: str) -> datetime:
    """An xs:dateTime that has a time zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid_token("A time in the SAML response is malformed") from error
    if found.tzinfo is None:
        raise invalid_token("A time in the SAML response has no time zone")
    return found
