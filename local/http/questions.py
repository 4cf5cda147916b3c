"""What an application asks an identity provider: an AuthnRequest over HTTP-Redirect (SAML 2.0 Bindings, 3.4.4.1)."""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass

from lxml import etree

_MOST_BASE64 = 20_000  # characters
_MOST_XML = 100_000  # bytes, of a document that says little and may have been packed to burst
_REQUEST = "{urn:oasis:names:tc:SAML:2.0:protocol}AuthnRequest"
_ISSUER = "{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"


class NoQuestion(Exception):
    """What came is no AuthnRequest that can be answered; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who asks (`issuer`), and where the answer is to be posted (`acs`)."""

    id: str
    issuer: str
    acs: str
    destination: str


def question_in(saml_request: str) -> Question:
    """Raises NoQuestion."""
    root = _parsed(_inflated(saml_request))
    if root.tag != _REQUEST or root.get("Version") != "2.0" or not root.get("ID"):
        raise NoQuestion("the document is no AuthnRequest of SAML 2.0 with an ID")
    return Question(
        id=root.get("ID", ""),
        issuer=root.findtext(_ISSUER, "").strip(),
        acs=root.get("AssertionConsumerServiceURL", ""),
        destination=root.get("Destination", ""),
    )


def _inflated(saml_request: str) -> bytes:
    if len(saml_request) > _MOST_BASE64:
        raise NoQuestion("SAMLRequest is too long")
    inflater = zlib.decompressobj(wbits=-15)
    try:
        document = inflater.decompress(base64.b64decode(saml_request, validate=True), _MOST_XML)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise NoQuestion("SAMLRequest is not DEFLATE in base64") from error
    if not inflater.eof or inflater.unused_data:
        raise NoQuestion("SAMLRequest is cut, or too long when it is unpacked")
    return document


def _parsed(document: bytes) -> etree._Element:
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise NoQuestion("SAMLRequest is not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NoQuestion("an AuthnRequest has no document type")
    return root
