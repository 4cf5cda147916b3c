"""Signature wrapping: a true signature stays in the document, while somebody else's words stand where one looks.

The eight classic forms (Somorovsky et al., "On Breaking SAML", 2012) and what the rules here add to them.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime

import pytest
from lxml import etree

from concierge.errors import LoginRefused
from tests.support.login_fakes import FrontDoor
from tests.support.saml_idp import SamlIdp, Signing, posted

Element = etree._Element
P = "{urn:oasis:names:tc:SAML:2.0:protocol}"
A = "{urn:oasis:names:tc:SAML:2.0:assertion}"
D = "{http://www.w3.org/2000/09/xmldsig#}"


def forged(original: Element, *, keep_signature: bool = False) -> Element:
    """The same words about somebody else, under another ID."""
    evil = deepcopy(original)
    evil.set("ID", "evil")
    for assertion in (*evil.iter(f"{A}Assertion"),):
        if assertion is not evil:
            assertion.set("ID", "evil-assertion")
        for value in assertion.iter(f"{A}AttributeValue"):
            if value.text == "Amara.Okafor":
                value.text = "the.boss"
    if not keep_signature:
        for signature in evil.findall(f"{D}Signature"):
            evil.remove(signature)
    return evil


def signature_of(element: Element) -> Element:
    found = element.find(f"{D}Signature")
    assert found is not None
    return found


def assertion_of(response: Element) -> Element:
    found = response.find(f"{A}Assertion")
    assert found is not None
    return found


def original_response_inside_the_signature(response: Element) -> Element:
    evil = forged(response)
    signature = signature_of(response)
    response.remove(signature)
    etree.SubElement(signature, f"{D}Object").append(response)
    evil.insert(1, signature)
    return evil


def original_response_before_the_signature(response: Element) -> Element:
    evil = forged(response)
    signature = signature_of(response)
    response.remove(signature)
    evil.insert(1, signature)
    evil.insert(1, response)
    return evil


def forged_assertion_before_the_signed_one(response: Element) -> Element:
    response.insert(list(response).index(assertion_of(response)), forged(assertion_of(response)))
    return response


def forged_assertion_after_the_signed_one(response: Element) -> Element:
    response.append(forged(assertion_of(response)))
    return response


def signed_assertion_inside_the_forged_one(response: Element) -> Element:
    original = assertion_of(response)
    evil = forged(original)
    response.replace(original, evil)
    etree.SubElement(evil, f"{A}Advice").append(original)
    return response


def forged_assertion_with_the_signature_and_the_original_behind(response: Element) -> Element:
    original = assertion_of(response)
    evil = forged(original, keep_signature=True)
    original.remove(signature_of(original))
    response.replace(original, evil)
    response.append(original)
    return response


def original_assertion_inside_the_moved_signature(response: Element) -> Element:
    original = assertion_of(response)
    evil = forged(original)
    signature = signature_of(original)
    original.remove(signature)
    response.replace(original, evil)
    etree.SubElement(signature, f"{D}Object").append(original)
    evil.insert(1, signature)
    return response


def original_assertion_in_the_extensions(response: Element) -> Element:
    original = assertion_of(response)
    response.replace(original, forged(original, keep_signature=True))
    extensions = etree.Element(f"{P}Extensions")
    extensions.append(original)
    response.insert(1, extensions)
    return response


def signature_beside_the_assertion(response: Element) -> Element:
    original = assertion_of(response)
    signature = signature_of(original)
    original.remove(signature)
    response.insert(1, signature)
    return response


def signature_somewhere_deeper(response: Element) -> Element:
    original = assertion_of(response)
    signature = signature_of(original)
    original.remove(signature)
    subject = original.find(f"{A}Subject")
    assert subject is not None
    subject.append(signature)
    return response


def second_signature_of_the_same_parent(response: Element) -> Element:
    original = assertion_of(response)
    original.insert(1, deepcopy(signature_of(original)))
    return response


def another_element_with_the_same_id(response: Element) -> Element:
    status = response.find(f"{P}Status")
    assert status is not None
    status.set("Id", assertion_of(response).get("ID", ""))
    return response


def forged_assertion_of_another_namespace(response: Element) -> Element:
    etree.SubElement(response, "{urn:evil}Assertion")
    return response


def forged_id_under_the_signature(response: Element) -> Element:
    original = assertion_of(response)
    response.replace(original, forged(original, keep_signature=True))
    return response


Wrap = Callable[[Element], Element]

WRAPPINGS: list[tuple[Wrap, Signing, str]] = [
    (original_response_inside_the_signature, "response", "assertion-count"),
    (original_response_before_the_signature, "response", "assertion-count"),
    (forged_assertion_before_the_signed_one, "assertion", "assertion-count"),
    (forged_assertion_after_the_signed_one, "assertion", "assertion-count"),
    (forged_assertion_before_the_signed_one, "both", "assertion-count"),
    (signed_assertion_inside_the_forged_one, "assertion", "assertion-count"),
    (forged_assertion_with_the_signature_and_the_original_behind, "assertion", "assertion-count"),
    (original_assertion_inside_the_moved_signature, "assertion", "assertion-count"),
    (original_assertion_in_the_extensions, "assertion", "assertion-count"),
    (signature_beside_the_assertion, "assertion", "signature-shape"),
    (signature_somewhere_deeper, "assertion", "signature-place"),
    (second_signature_of_the_same_parent, "assertion", "repeated-id"),
    (another_element_with_the_same_id, "assertion", "repeated-id"),
    (forged_assertion_of_another_namespace, "assertion", "assertion-count"),
    (forged_id_under_the_signature, "assertion", "signature-shape"),
]


@pytest.mark.parametrize(("wrap", "sign", "reason"), WRAPPINGS)
def test_a_wrapped_signature_lets_nobody_in(
    idp: SamlIdp, door: FrontDoor, now: datetime, wrap: Wrap, sign: Signing, reason: str
) -> None:
    document = etree.tostring(wrap(etree.fromstring(idp.response(sign=sign))))
    with pytest.raises(LoginRefused) as refused:
        door.enter(posted(document), now=now)
    assert refused.value.reason == reason
    assert door.was_left_alone


def test_a_signed_document_of_another_kind_is_no_response(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    assertion = assertion_of(etree.fromstring(idp.response()))
    with pytest.raises(LoginRefused) as refused:
        door.enter(posted(etree.tostring(assertion)), now=now)
    assert refused.value.reason == "structure"
