"""Signing again, with an identity provider's own key, what it said in other words or with another kind of signature.

Only so is the one thing under test wrong: a document that was changed after it was signed tests nothing but the
signature. The program xmlsec1 signs, whatever the template asks for.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest
from lxml import etree

from tests.support.saml_idp import Edit, KeyPair, Signing, edited

Element = etree._Element
Change = Callable[[Element], None]

P = "{urn:oasis:names:tc:SAML:2.0:protocol}"
A = "{urn:oasis:names:tc:SAML:2.0:assertion}"
D = "{http://www.w3.org/2000/09/xmldsig#}"

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

CANONICALIZATION = f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
METHOD = f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/>'
TRANSFORMS = (
    f'<ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms>'
)
DIGEST = f'<ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue/>'
REFERENCE = f'<ds:Reference URI="#{{id}}">{TRANSFORMS}{DIGEST}</ds:Reference>'
KEY_INFO = "<ds:KeyInfo><ds:X509Data/></ds:KeyInfo>"
_SIGNERS: dict[Signing, tuple[Literal["assertion", "response"], ...]] = {
    "assertion": ("assertion",),
    "response": ("response",),
    "both": ("assertion", "response"),
    "nothing": (),
}
_TEMPLATE = (
    f'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>{CANONICALIZATION}{METHOD}{REFERENCE}'
    f"</ds:SignedInfo><ds:SignatureValue/>{KEY_INFO}</ds:Signature>"
)


def assertion_of(response: Element) -> Element:
    """The response's own assertion."""
    found = response.find(f"{A}Assertion")
    assert found is not None
    return found


def signature_of(element: Element) -> Element:
    """The element's own signature."""
    found = element.find(f"{D}Signature")
    assert found is not None
    return found


def unsigned(document: bytes) -> Element:
    """The response without any signature."""
    response = etree.fromstring(document)
    for signature in list(response.iter(f"{D}Signature")):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    return response


def signed_again(
    document: bytes,
    pair: KeyPair,
    *changes: Change,
    sign: Signing = "assertion",
    template: Sequence[Edit] = (),
    text: Sequence[Edit] = (),
    key: Sequence[str] = (),
) -> bytes:
    """The document with `changes`, signed anew.

    template: edits of the signature before it is computed; `{id}` stands for the ID of what is signed.
    text:     edits of the document as text, for what a tree cannot hold.
    key:      options of xmlsec1 that name the key; the private key of `pair` if empty.
    """
    response = unsigned(document)
    for change in changes:
        change(response)
    result = edited(etree.tostring(response, encoding="unicode"), *text).encode()
    for which in _SIGNERS[sign]:  # the assertion first: the response's signature covers it
        result = with_signature(result, which, pair, template=template, key=key)
    return result


def with_signature(
    document: bytes,
    which: Literal["assertion", "response"],
    pair: KeyPair,
    *,
    template: Sequence[Edit] = (),
    key: Sequence[str] = (),
) -> bytes:
    """The document with one signature more, after the issuer, where the schema has it."""
    key = key or ("--privkey-pem", f"{pair.key},{pair.certificate}")
    response = etree.fromstring(document)
    element = response if which == "response" else assertion_of(response)
    identifier = element.get("ID", "")
    signature = etree.fromstring(edited(_TEMPLATE, *template).replace("{id}", identifier))
    issuer = element.find(f"{A}Issuer")
    element.insert(0 if issuer is None else element.index(issuer) + 1, signature)
    return _filled(etree.tostring(response), element, key)


def _filled(document: bytes, signer: Element, key: Sequence[str]) -> bytes:
    """Only the signer's own ID is known to xmlsec1, which refuses documents that hold an ID twice."""
    program = shutil.which("xmlsec1")
    if program is None:
        pytest.skip("the program xmlsec1 is not installed; responses are signed anew with it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.xml"
        path.write_bytes(document)
        name = etree.QName(signer)
        known = ["--id-attr:ID", f"{name.namespace}:{name.localname}", "--node-id", signer.get("ID", "")]
        result = subprocess.run([program, "--sign", *key, *known, str(path)], capture_output=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"xmlsec1 did not sign: {result.stderr.decode()[-2000:]}")
    return result.stdout
