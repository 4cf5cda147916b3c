"""The identity provider's metadata document -> whom to trust: one issuer and its signing certificates."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from concierge.errors import SettingsError
from concierge.login.saml.documents import METADATA, SIGNATURE, Element, hardened_parser

_REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_HTTPS = re.compile(r"https://[^\s#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s#]*)?", re.ASCII)
_WEAKEST_RSA = 2048  # bits
_WEAKEST_EC = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """Who may vouch for people.

    certificates: those whose keys it signs with.
    sso_url:      where logins may start, over HTTP-Redirect; empty if the metadata names no such address.
    """

    entity_id: str
    certificates: tuple[x509.Certificate, ...]
    sso_url: str = ""


def read_metadata(document: str) -> IdentityProvider:
    """Raises SettingsError if the document names no issuer or no certificate with a strong key."""
    try:
        root = etree.fromstring(document.encode(), hardened_parser())
    except etree.XMLSyntaxError as error:
        raise SettingsError("the metadata of the IAM SAML provider is not well-formed XML") from error
    if root.tag != f"{METADATA}EntityDescriptor" or "<!DOCTYPE" in document:
        raise SettingsError("the metadata of the IAM SAML provider must be one EntityDescriptor without a DOCTYPE")
    entity_id = root.get("entityID", "")
    certificates = tuple(certificate for certificate in _certificates(root) if _is_strong(certificate))
    if not entity_id or not certificates:
        raise SettingsError(
            "the metadata of the IAM SAML provider needs an entityID and a signing certificate (RSA of at least"
            f" {_WEAKEST_RSA} bits, or an elliptic curve of at least {_WEAKEST_EC})"
        )
    return IdentityProvider(entity_id=entity_id, certificates=certificates, sso_url=_sso_url(root))


def _sso_url(root: Element) -> str:
    for service in root.iterfind(f"{METADATA}IDPSSODescriptor/{METADATA}SingleSignOnService"):
        location = service.get("Location", "")
        if service.get("Binding") == _REDIRECT and _HTTPS.fullmatch(location):
            return location
    return ""


def _certificates(root: Element) -> Iterator[x509.Certificate]:
    path = f"{SIGNATURE}KeyInfo/{SIGNATURE}X509Data/{SIGNATURE}X509Certificate"
    for key in root.iterfind(f"{METADATA}IDPSSODescriptor/{METADATA}KeyDescriptor"):
        if key.get("use", "signing") == "signing":  # a key without a stated use serves both (SAML metadata, 2.4.1.1)
            for element in key.iterfind(path):
                yield _certificate("".join((element.text or "").split()))


def _certificate(text: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError) as error:
        raise SettingsError("the metadata of the IAM SAML provider holds a broken certificate") from error


def _is_strong(certificate: x509.Certificate) -> bool:
    match certificate.public_key():
        case rsa.RSAPublicKey(key_size=size):
            return size >= _WEAKEST_RSA
        case ec.EllipticCurvePublicKey(key_size=size):
            return size >= _WEAKEST_EC
        case _:
            return False
