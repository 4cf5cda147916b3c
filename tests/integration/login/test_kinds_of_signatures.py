"""Signatures that are true, made with the provider's own key, but of a kind that says less than it seems to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from tests.integration.login.browser import Post, document_post
from tests.integration.login.case import Attack, Case, each, in_turn, stands_firm
from tests.integration.login.front import Front, Genuine
from tests.support.identity_providers.signing import (
    CANONICALIZATION,
    ENVELOPED,
    EXCLUSIVE,
    KEY_INFO,
    METHOD,
    REFERENCE,
    RSA_SHA256,
    SHA256,
    TRANSFORMS,
    D,
    Element,
)
from tests.support.saml_idp import Edit

_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
_XSLT = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0"'
    ' xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="@*|node()"><xsl:copy>'
    '<xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template></xsl:stylesheet></ds:Transform>'
)
_XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>not(ancestor-or-self::*[local-name()='AttributeStatement'])</ds:XPath></ds:Transform>"
)
_FILTER = (
    '<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><f:XPath Filter="subtract"'
    " xmlns:f=\"http://www.w3.org/2002/06/xmldsig-filter2\">//*[local-name()='AttributeStatement']</f:XPath>"
    "</ds:Transform>"
)
_PREFIXES = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="xs"/></ds:Transform>'


def shaped(*template: Edit) -> Attack:
    """The provider itself signs in this way."""
    return lambda genuine: genuine.again(template=template)


def signed_as_usual(genuine: Genuine) -> Post:
    """The control: by the same hand, in the usual way."""
    return genuine.again()


def transforms(*fragments: str) -> Attack:
    """In this order; a fragment is a whole Transform, or the algorithm of one."""
    each_one = [text if text.startswith("<") else f'<ds:Transform Algorithm="{text}"/>' for text in fragments]
    return shaped((TRANSFORMS, f"<ds:Transforms>{''.join(each_one)}</ds:Transforms>"))


def canonicalization(algorithm: str) -> Attack:
    return shaped((CANONICALIZATION, f'<ds:CanonicalizationMethod Algorithm="{algorithm}"/>'))


def method(algorithm: str) -> Attack:
    return shaped((METHOD, f'<ds:SignatureMethod Algorithm="{algorithm}"/>'))


def digest(algorithm: str) -> Attack:
    return shaped((SHA256, algorithm))


def two_references(genuine: Genuine) -> Post:
    """Both are true: a verifier that counts on the second one reads something else."""
    return genuine.again(template=[(REFERENCE, REFERENCE * 2)])


def hmac(genuine: Genuine) -> Post:
    """With what everybody knows as the secret: verifiers that let the document choose take the certificate as a key."""
    template = [(RSA_SHA256, f"{_MORE}hmac-sha256"), (KEY_INFO, "")]
    return document_post(genuine.signed(template=template, key=("--hmackey", str(genuine.own.certificate))))


def rewritten(change: Callable[[Element], None]) -> Attack:
    """What no program signs, written into a usual signature afterwards; the reason shows that its shape was enough."""

    def attack(genuine: Genuine) -> Post:
        response = etree.fromstring(genuine.document)
        change(next(response.iter(f"{D}Reference")))
        return document_post(etree.tostring(response))

    return attack


def reordered(reference: Element) -> None:
    reference[0].append(reference[0][0])


def decoded(reference: Element) -> None:
    etree.SubElement(reference[0], f"{D}Transform", Algorithm="http://www.w3.org/2000/09/xmldsig#base64")


def elsewhere(reference: Element) -> None:
    reference.set("URI", "https://evil.example.com/assertion.xml")


def local_file(reference: Element) -> None:
    reference.set("URI", "file:///etc/passwd")


def nowhere(reference: Element) -> None:
    del reference.attrib["URI"]


def md5(reference: Element) -> None:
    reference[1].set("Algorithm", f"{_MORE}md5")


def no_digest(reference: Element) -> None:
    reference.remove(reference[2])


def no_transforms(reference: Element) -> None:
    reference.remove(reference[0])


def short_hmac(reference: Element) -> None:
    """A truncated HMAC can be guessed (CVE-2009-0217)."""
    info = reference.getparent()
    assert info is not None
    etree.SubElement(info[1], f"{D}HMACOutputLength").text = "1"


CASES = (
    *in_turn(
        ("XSLT", transforms(ENVELOPED, EXCLUSIVE, _XSLT), "signature-shape"),
        ("XSLT in the middle", transforms(ENVELOPED, _XSLT, EXCLUSIVE), "signature-shape"),
        ("XPath that leaves the attributes out", transforms(ENVELOPED, _XPATH, EXCLUSIVE), "signature-shape"),
        ("a filter that leaves the attributes out", transforms(ENVELOPED, _FILTER, EXCLUSIVE), "signature-shape"),
        ("one transform", transforms(ENVELOPED), "signature-shape"),
        ("three transforms", transforms(ENVELOPED, EXCLUSIVE, EXCLUSIVE), "signature-shape"),
        ("transform that keeps comments", transforms(ENVELOPED, f"{EXCLUSIVE}WithComments"), "signature-shape"),
        ("inclusive transform", transforms(ENVELOPED, _INCLUSIVE), "signature-shape"),
        (
            "inclusive transform of 1.1",
            transforms(ENVELOPED, "http://www.w3.org/2006/12/xml-c14n11"),
            "signature-shape",
        ),
        ("inclusive canonicalization", canonicalization(_INCLUSIVE), "signature-shape"),
        ("canonicalization that keeps comments", canonicalization(f"{EXCLUSIVE}WithComments"), "signature-shape"),
        ("two references", two_references, "signature-shape"),
        ("a reference to the whole document", shaped(("#{id}", "")), "signature-shape"),
        ("an xpointer as the reference", shaped(("#{id}", "#xpointer(id('{id}'))")), "signature-shape"),
        ("an object that is not signed", shaped((KEY_INFO, f"{KEY_INFO}<ds:Object>x</ds:Object>")), "signature-shape"),
        ("RSA with SHA-1", method("http://www.w3.org/2000/09/xmldsig#rsa-sha1"), "signature-algorithm"),
        ("RSA with SHA-224", method(f"{_MORE}rsa-sha224"), "signature-algorithm"),
        ("a digest with SHA-1", digest(_SHA1), "signature-algorithm"),
        ("a digest with SHA-224", digest(f"{_MORE}sha224"), "signature-algorithm"),
        ("HMAC with the certificate as the key", hmac, "signature-algorithm"),
        control=signed_as_usual,
    ),
    *in_turn(
        ("transforms in another order", rewritten(reordered), "signature-shape"),
        ("base64", rewritten(decoded), "signature-shape"),
        ("no transforms", rewritten(no_transforms), "signature-shape"),
        ("a reference to another site", rewritten(elsewhere), "signature-shape"),
        ("a reference to a file", rewritten(local_file), "signature-shape"),
        ("a reference without an address", rewritten(nowhere), "signature-shape"),
        ("a digest with MD5", rewritten(md5), "signature-algorithm"),
        ("no digest", rewritten(no_digest), "signature-shape"),
        ("a truncated HMAC", rewritten(short_hmac), "signature-shape"),
    ),
)


@each(CASES)
def test_a_true_signature_of_another_kind_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)


ALLOWED: tuple[tuple[str, Attack], ...] = (
    ("RSA with SHA-384", method(f"{_MORE}rsa-sha384")),
    ("RSA with SHA-512", method(f"{_MORE}rsa-sha512")),
    ("a digest with SHA-512", digest("http://www.w3.org/2001/04/xmlenc#sha512")),
    ("no key hints", shaped((KEY_INFO, ""))),
    (
        "prefixes that count, as Shibboleth names them",
        transforms(ENVELOPED, f'<ds:Transform Algorithm="{EXCLUSIVE}">{_PREFIXES}'),
    ),
    ("both signed", lambda genuine: document_post(genuine.signed(sign="both"))),
    ("only the response signed", lambda genuine: document_post(genuine.signed(sign="response"))),
)


@pytest.mark.parametrize(("name", "post"), ALLOWED, ids=[name for name, _ in ALLOWED])
def test_the_kinds_that_providers_use_let_the_person_in(front: Front, name: str, post: Attack) -> None:
    front.let_in(front.send(post(front.genuine("samlp"))))
