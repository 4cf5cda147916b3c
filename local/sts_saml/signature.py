"""Which part of a SAML response is signed by the provider: the only part that is read."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from cryptography.x509 import Certificate, load_der_x509_certificate
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from local.sts_saml.refusals import invalid_token
from local.sts_saml.xml import ASSERTION, NS, RESPONSE


def signed_assertion(document: etree._Element, metadata: etree._Element) -> etree._Element:
    """The assertion, as the bytes that were signed hold it; raises SamlRefused without a signature that holds.

    A signed assertion, or the one assertion of a signed response, will do.
    """
    for certificate in _certificates(metadata):
        signed = _signed_by(certificate, document)
        if signed is None:
            continue
        if signed.tag == ASSERTION:
            return signed
        assertions = signed.findall("saml:Assertion", NS)
        if signed.tag == RESPONSE and len(assertions) == 1:
            return assertions[0]
    raise invalid_token("Response signature invalid")


def _signed_by(certificate: Certificate, document: etree._Element) -> etree._Element | None:
    # IAM does not act on the expiry of a certificate in metadata (IAM User Guide, "Create a SAML identity provider").
    config = SignatureConfiguration(verification_time=certificate.not_valid_before_utc)
    try:
        result = XMLVerifier().verify(document, x509_cert=certificate, expect_config=config)
    except (SignXMLException, etree.LxmlError, ValueError, TypeError):  # the last two: no base64, or no text at all
        return None
    found = result[0] if isinstance(result, list) else result
    return found.signed_xml


def _certificates(metadata: etree._Element) -> Iterator[Certificate]:
    """Every certificate that the metadata does not keep for encryption alone."""
    for key in metadata.findall(".//md:IDPSSODescriptor/md:KeyDescriptor", NS):
        if key.get("use") == "encryption":
            continue
        for text in key.findall(".//ds:X509Certificate", NS):
            yield load_der_x509_certificate(base64.b64decode(text.text or ""))
