"""Which part of a SAML response did the identity provider sign?

Everything about a signature that SAML leaves open is closed here before any cryptography: where it stands, what it
refers to, how it is computed. Then `signxml` verifies it over the signing element alone, and what it returns, the
signed bytes parsed again, is all that later code reads.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from concierge.errors import LoginRefused
from concierge.login.saml.decryption import decrypted, is_encrypted
from concierge.login.saml.documents import (
    PROTOCOL,
    SAML,
    SIGNATURE,
    Element,
    attribute_of,
    hardened_parser,
    only_child,
    optional_child,
    text_of,
)
from concierge.login.saml.metadata import IdentityProvider

# signxml writes the XML that it canonicalizes, assertions included, at DEBUG.
logging.getLogger("signxml.processor").disabled = True

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TRANSFORMS = ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", _EXCLUSIVE]
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}", re.ASCII)
_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What may be read.

    assertion: parsed from bytes whose signature was verified.
    envelope:  the Response around it, decrypted if it was encrypted. It was verified only if `envelope_is_signed`:
               use it to refuse, never to grant.
    """

    assertion: Element
    envelope: Element
    envelope_is_signed: bool


def verified(
    response: Element, provider: IdentityProvider, *, now: datetime, keys: Sequence[rsa.RSAPrivateKey] = ()
) -> Signed:
    """Verifies every signature of the response, at least one; raises LoginRefused.

    keys: open an encrypted assertion; without any, it is refused.
    """
    if is_encrypted(response, keys):
        return _verified_around_encryption(response, provider, now, keys)
    return _verified_in_the_clear(response, provider, now)


def _verified_around_encryption(
    response: Element, provider: IdentityProvider, now: datetime, keys: Sequence[rsa.RSAPrivateKey]
) -> Signed:
    """A signature of the response covers the encrypted form, one of the assertion covers what was encrypted.

    Encryption itself vouches for nothing: everybody has the public key.
    """
    _require_response(response)
    _refuse_repeated_ids(response)
    if not _signatures(response):
        return _verified_in_the_clear(decrypted(response, keys), provider, now)
    _signed_elements(response, response)
    opened = decrypted(_verify(response, provider.certificates, now), keys)
    if _signatures(opened):
        assertion = _verified_in_the_clear(opened, provider, now).assertion
    else:
        assertion = _only_assertion(opened)
    return Signed(assertion=assertion, envelope=opened, envelope_is_signed=True)


def _verified_in_the_clear(response: Element, provider: IdentityProvider, now: datetime) -> Signed:
    assertion = _only_assertion(response)
    _refuse_repeated_ids(response)
    signers = _signed_elements(response, response, assertion)
    results = {element.tag: _verify(element, provider.certificates, now) for element in signers}
    if response.tag in results:
        envelope = results[response.tag]
        return Signed(assertion=_only_assertion(envelope), envelope=envelope, envelope_is_signed=True)
    return Signed(assertion=results[assertion.tag], envelope=response, envelope_is_signed=False)


def _only_assertion(response: Element) -> Element:
    """The only assertion of the whole document, which must be the response's own child."""
    _require_response(response)
    assertions = list(response.iter("{*}Assertion"))
    if len(assertions) != 1 or assertions[0].getparent() is not response:
        raise LoginRefused("assertion-count", f"{len(assertions)} assertions, exactly one is read")
    return only_child(response, f"{SAML}Assertion")


def _require_response(response: Element) -> None:
    if response.tag != f"{PROTOCOL}Response":
        raise LoginRefused("structure", "the document is not a SAML 2.0 Response")


def _refuse_repeated_ids(response: Element) -> None:
    """No two elements may answer to one reference, whatever spelling of ID a verifier looks for."""
    ids = [
        value
        for element in response.iter()
        for name, value in element.attrib.items()
        if str(name).rpartition("}")[2].casefold() == "id"
    ]
    if len(ids) != len(set(ids)):
        raise LoginRefused("repeated-id", "two elements have the same ID")


def _signatures(response: Element) -> list[Element]:
    return list(response.iter(f"{SIGNATURE}Signature"))


def _signed_elements(response: Element, *may_sign: Element) -> list[Element]:
    """Those of the elements that carry a signature as their own child; no signature may stand anywhere else."""
    owners = [signature.getparent() for signature in _signatures(response)]
    if not owners:
        raise LoginRefused("unsigned", "neither the response nor the assertion is signed")
    signers = [element for element in may_sign if element in owners]
    if len(owners) != len(signers):
        raise LoginRefused("signature-place", "a signature is not the response's or the assertion's only one")
    return signers


def _verify(element: Element, certificates: Iterable[x509.Certificate], now: datetime) -> Element:
    """The element as it was signed, without its signature."""
    signature = only_child(element, f"{SIGNATURE}Signature")
    _refuse_unusual(signature, element)
    current = [each for each in certificates if each.not_valid_before_utc <= now <= each.not_valid_after_utc]
    if not current:
        raise LoginRefused("certificate-expired", "no certificate of the identity provider is valid now")
    alone = _alone_without_key_info(element)
    for certificate in current:
        signed = _signed_by(certificate, alone, now)
        if signed is not None and signed.tag == element.tag and signed.get("ID") == element.get("ID"):
            return signed
    raise LoginRefused("signature", "no certificate of the identity provider verifies the signature")


def _refuse_unusual(signature: Element, signed: Element) -> None:
    """One reference, to the parent; enveloped and exclusive canonicalization only; strong algorithms only."""
    identifier = attribute_of(signed, "ID")
    if not _ID.fullmatch(identifier):
        raise LoginRefused("signature-shape", "the ID of the signed element is not a plain name")
    key_info = optional_child(signature, f"{SIGNATURE}KeyInfo")
    _require_children(signature, "SignedInfo", "SignatureValue", *(["KeyInfo"] if key_info is not None else []))
    text_of(signature[1])
    info = signature[0]
    _require_children(info, "CanonicalizationMethod", "SignatureMethod", "Reference")
    canonicalization, method, reference = info
    _require_children(method)
    _require_children(reference, "Transforms", "DigestMethod", "DigestValue")
    transforms, digest, value = reference
    _require_children(transforms, "Transform", "Transform")
    text_of(value)
    if reference.get("URI") != f"#{identifier}":
        raise LoginRefused("signature-shape", "the signature does not refer to its parent")
    if [each.get("Algorithm") for each in transforms] != _TRANSFORMS or canonicalization.get("Algorithm") != _EXCLUSIVE:
        raise LoginRefused("signature-shape", "transforms must be enveloped-signature, then exclusive canonicalization")
    if method.get("Algorithm") not in {each.value for each in _METHODS}:
        raise LoginRefused("signature-algorithm", "the signature must be RSA or ECDSA with SHA-256 or stronger")
    if digest.get("Algorithm") not in {each.value for each in _DIGESTS}:
        raise LoginRefused("signature-algorithm", "the digest must be SHA-256 or stronger")


def _require_children(element: Element, *names: str) -> None:
    if [child.tag for child in element] != [f"{SIGNATURE}{name}" for name in names]:
        raise LoginRefused("signature-shape", "the signature has unusual parts")


def _alone_without_key_info(element: Element) -> Element:
    """A document of the element alone; its key hints are dropped, because whoever wrote the document wrote them."""
    alone = etree.fromstring(etree.tostring(element, with_tail=False), hardened_parser())
    signature = only_child(alone, f"{SIGNATURE}Signature")
    key_info = optional_child(signature, f"{SIGNATURE}KeyInfo")
    if key_info is not None:
        signature.remove(key_info)
    return alone


def _signed_by(certificate: x509.Certificate, document: Element, now: datetime) -> Element | None:
    """What the certificate's key signed of the document, or None if it did not."""
    try:
        result = XMLVerifier().verify(
            document,
            x509_cert=certificate,
            parser=hardened_parser(),
            id_attribute="ID",
            expect_config=SignatureConfiguration(
                location="./",
                expect_references=1,
                signature_methods=_METHODS,
                digest_algorithms=_DIGESTS,
                verification_time=now,
            ),
        )
    except (SignXMLException, InvalidSignature, etree.LxmlError, ValueError):
        return None
    return None if isinstance(result, list) else result.signed_xml
