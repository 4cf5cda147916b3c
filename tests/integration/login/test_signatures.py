"""Signatures that are gone, in another place, doubled, or left over words that they do not cover."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from tests.integration.login.case import Case, cases, each, in_turn, stands_firm, tree
from tests.integration.login.forgery import BOSS, inside
from tests.integration.login.front import Front
from tests.support.identity_providers.signing import A, D, Element, P, assertion_of, signature_of, unsigned


def without_any(response: Element) -> Element:
    return unsigned(etree.tostring(response))


def without_value(response: Element) -> Element:
    signature = signature_of(assertion_of(response))
    signature.remove(signature[1])
    return response


def with_an_empty_value(response: Element) -> Element:
    signature_of(assertion_of(response))[1].text = ""
    return response


def hollow(response: Element) -> Element:
    """A Signature that holds nothing is still a Signature."""
    signature = signature_of(assertion_of(response))
    for child in list(signature):
        signature.remove(child)
    return response


def without_reference(response: Element) -> Element:
    info = signature_of(assertion_of(response))[0]
    info.remove(info[2])
    return response


def in_another_namespace(response: Element) -> Element:
    for element in signature_of(assertion_of(response)).iter():
        element.tag = str(element.tag).replace(D, "{http://www.w3.org/2000/09/xmldsig}")
    return response


def beside_the_assertion(response: Element) -> Element:
    response.insert(1, signature_of(assertion_of(response)))
    return response


def in_the_status(response: Element) -> Element:
    status = response.find(f"{P}Status")
    assert status is not None
    inside(status, f"{P}StatusDetail").append(signature_of(assertion_of(response)))
    return response


def in_the_subject(response: Element) -> Element:
    assertion = assertion_of(response)
    subject = assertion.find(f"{A}Subject")
    assert subject is not None
    subject.append(signature_of(assertion))
    return response


def inside_another_signature(response: Element) -> Element:
    signature = signature_of(assertion_of(response))
    inside(signature, f"{D}Object").append(deepcopy(signature))
    return response


def doubled(response: Element) -> Element:
    assertion = assertion_of(response)
    second = deepcopy(signature_of(assertion))
    second.attrib.pop("Id", "")
    assertion.append(second)
    return response


def doubled_with_a_hollow_one_in_front(response: Element) -> Element:
    assertion_of(response).insert(1, etree.Element(f"{D}Signature"))
    return response


def lent_to_the_response(response: Element) -> Element:
    """The assertion's signature in the place of the response's, too."""
    response.insert(1, deepcopy(signature_of(assertion_of(response))))
    return response


def words_changed(response: Element) -> Element:
    for value in assertion_of(response).iter(f"{A}AttributeValue"):
        value.text = BOSS
    return response


def issuer_dropped(response: Element) -> Element:
    assertion = assertion_of(response)
    assertion.remove(assertion[0])
    return response


def digest_of_other_words(response: Element) -> Element:
    """Whoever changes the words can compute their digest, but not the signature over it."""
    info = signature_of(assertion_of(response))[0]
    value = info[2].find(f"{D}DigestValue")
    assert value is not None
    value.text = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="
    return response


def statement_in_an_object(response: Element) -> Element:
    """An object inside a signature is not signed; readers that search the whole tree find what it says."""
    assertion = assertion_of(response)
    statement = assertion.find(f"{A}AttributeStatement")
    assert statement is not None
    evil = deepcopy(statement)
    for value in evil.iter(f"{A}AttributeValue"):
        value.text = BOSS
    inside(signature_of(assertion), f"{D}Object").append(evil)
    return response


CASES = (
    *cases(
        ("no signature at all", tree(without_any), "unsigned"),
        ("words changed after signing", tree(words_changed), "signature"),
    ),
    *in_turn(
        ("no signature value", tree(without_value), "signature-shape"),
        ("an empty signature value", tree(with_an_empty_value), "structure"),
        ("a hollow signature", tree(hollow), "signature-shape"),
        ("no reference", tree(without_reference), "signature-shape"),
        ("a signature in another namespace", tree(in_another_namespace), "unsigned"),
        ("signature beside the assertion", tree(beside_the_assertion), "signature-shape"),
        ("signature in the status", tree(in_the_status), "signature-place"),
        ("signature in the subject", tree(in_the_subject), "signature-place"),
        ("signature inside the signature", tree(inside_another_signature), "signature-place"),
        ("signature doubled", tree(doubled), "signature-place"),
        ("a hollow signature in front", tree(doubled_with_a_hollow_one_in_front), "signature-place"),
        ("signature lent to the response", tree(lent_to_the_response), "signature-shape"),
        ("issuer dropped after signing", tree(issuer_dropped), "signature"),
        ("digest of other words", tree(digest_of_other_words), "signature"),
        ("another statement in an object", tree(statement_in_an_object), "signature-shape"),
    ),
    *in_turn(
        ("no signature at all, was on both", tree(without_any), "unsigned"),
        ("words changed, signed both", tree(words_changed), "signature"),
        variations={"sign": "both"},
    ),
    *in_turn(("words changed, signed response", tree(words_changed), "signature"), variations={"sign": "response"}),
)


@each(CASES)
def test_words_without_their_signature_let_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)
