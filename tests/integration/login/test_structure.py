"""Documents that could be read in two ways: IDs that are there twice or in another spelling, sealed parts, depth."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from tests.integration.login.browser import Post, document_post
from tests.integration.login.case import Attack, Case, each, in_turn, stands_firm, tree
from tests.integration.login.edits import as_usual, attribute, place, said
from tests.integration.login.forgery import inside
from tests.integration.login.front import Front, Genuine
from tests.support.identity_providers.signing import A, Element, P, assertion_of

_XML = "{http://www.w3.org/XML/1998/namespace}"
_XENC = "{http://www.w3.org/2001/04/xmlenc#}"


def same_id(spelling: str) -> Attack:
    """Another element, unsigned, answers to the assertion's ID, in some spelling that a verifier may look for."""

    def change(response: Element) -> Element:
        place(response, f"{P}Status").set(spelling, assertion_of(response).get("ID", ""))
        return response

    return tree(change)


def also(spelling: str) -> Attack:
    """The signed element has the same ID a second time, in another spelling."""

    def change(response: Element) -> None:
        assertion = assertion_of(response)
        assertion.set(spelling, assertion.get("ID", ""))

    return said(change)


def also_in_xml(response: Element) -> Element:
    """The same after signing: xmlsec1 signs no such document."""
    assertion = assertion_of(response)
    assertion.set(f"{_XML}id", assertion.get("ID", ""))
    return response


def with_a_path_as_id(response: Element) -> Element:
    """For verifiers that look for it with XPath; xmlsec1 is one, so it is written in after signing."""
    assertion_of(response).set("ID", "_x')/..//*[('1")
    return response


def one_id_for_both(response: Element) -> None:
    """Response and assertion have the same."""
    response.set("ID", assertion_of(response).get("ID", ""))


def identified(identifier: str) -> Attack:
    """The assertion's ID, truly signed, is not a plain name."""
    return said(attribute(f"{A}Assertion", "ID", identifier))


def sealed(response: Element) -> Element:
    """Something that says it is an encrypted assertion, beside the signed one."""
    _sealed(response)
    return response


def _sealed(parent: Element) -> None:
    data = inside(parent, f"{A}EncryptedAssertion", f"{_XENC}EncryptedData")
    inside(data, f"{_XENC}CipherData", f"{_XENC}CipherValue").text = "AAAA"


def sealed_in_the_status(response: Element) -> Element:
    _sealed(inside(place(response, f"{P}Status"), f"{P}StatusDetail"))
    return response


def sealed_around_the_signed_one(response: Element) -> Element:
    original = assertion_of(response)
    wrapper = etree.Element(f"{A}EncryptedAssertion")
    response.replace(original, wrapper)
    wrapper.append(original)
    return response


def sealed_name_id(response: Element) -> None:
    """The name itself is encrypted."""
    subject = place(response, f"{A}Assertion/{A}Subject")
    subject.remove(subject[0])
    subject.insert(0, etree.Element(f"{A}EncryptedID"))


def twins(response: Element) -> Element:
    """The very same assertion, twice."""
    response.append(deepcopy(assertion_of(response)))
    return response


def no_assertion(response: Element) -> Element:
    response.remove(assertion_of(response))
    return response


def other_root(name: str) -> Attack:
    def change(response: Element) -> Element:
        response.tag = name
        return response

    return tree(change)


def grown(piece: str) -> Attack:
    """The response has more in it, outside of what is signed, than anybody needs."""

    def attack(genuine: Genuine) -> Post:
        head, behind, tail = genuine.document.decode().rpartition("</")
        return document_post(f"{head}{piece}{behind}{tail}".encode())

    return attack


CASES = (
    *in_turn(
        *[
            (f"the same ID as {spelling}", same_id(spelling), "repeated-id")
            for spelling in ("ID", "Id", "id", "iD", f"{_XML}id", "{urn:evil}ID")
        ],
        ("the assertion's ID as xml:id, too", tree(also_in_xml), "repeated-id"),
        ("an ID that is a path", tree(with_a_path_as_id), "signature-shape"),
        ("the same assertion twice", tree(twins), "assertion-count"),
        ("no assertion", tree(no_assertion), "assertion-count"),
        ("a sealed assertion beside", tree(sealed), "encrypted"),
        ("a sealed assertion in the status", tree(sealed_in_the_status), "encrypted"),
        ("a sealed assertion around", tree(sealed_around_the_signed_one), "encrypted"),
        ("two thousand elements", grown("<x/>" * 2_000), "too-large"),
        ("elements three hundred deep", grown("<x>" * 300 + "</x>" * 300), "xml"),
        ("a name of sixty thousand letters", grown(f"<{'x' * 60_000}/>"), "xml"),
        ("a request", other_root(f"{P}AuthnRequest"), "structure"),
        ("a logout", other_root(f"{P}LogoutResponse"), "structure"),
        ("a response of SAML 1", other_root("{urn:oasis:names:tc:SAML:1.0:protocol}Response"), "structure"),
        ("a response of no namespace", other_root("Response"), "structure"),
        ("a response in another case", other_root(f"{P}response"), "structure"),
    ),
    *in_turn(
        ("the assertion's ID as Id, too", also("Id"), "repeated-id"),
        ("one ID for response and assertion", said(one_id_for_both), "repeated-id"),
        ("an ID with a colon", identified("x:y"), "signature-shape"),
        ("an ID that starts with a digit", identified("1x"), "signature-shape"),
        ("an ID of three hundred letters", identified("_" + "x" * 300), "signature-shape"),
        ("an ID of another script", identified("\u0430"), "signature-shape"),
        ("a sealed name", said(sealed_name_id), "structure"),
        control=as_usual,
    ),
)


@each(CASES)
def test_what_can_be_read_in_two_ways_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)
