"""Forms of signature wrapping of a signed assertion: the classic six (Somorovsky et al., "On Breaking SAML", 2012), and
more places where a verifier may look for what was signed while a reader looks elsewhere. Each turns a signed response
into one about somebody else.
"""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from tests.integration.login.forgery import forged, inside
from tests.support.identity_providers.signing import A, D, Element, P, assertion_of, signature_of


def _taken(response: Element) -> tuple[Element, Element]:
    """A forged assertion in the place of the original, which is taken out whole."""
    original = assertion_of(response)
    evil = forged(original)
    response.replace(original, evil)
    return original, evil


def xsw3_forged_assertion_before_the_signed_one(response: Element) -> Element:
    original = assertion_of(response)
    response.insert(response.index(original), forged(original))
    return response


def xsw4_signed_assertion_inside_the_forged_one(response: Element) -> Element:
    original, evil = _taken(response)
    evil.append(original)
    return response


def xsw5_forged_assertion_keeps_the_signature_and_the_original_follows(response: Element) -> Element:
    original = assertion_of(response)
    evil = forged(original, keep_signature=True)
    original.remove(signature_of(original))
    response.replace(original, evil)
    response.append(original)
    return response


def xsw6_original_assertion_inside_the_signature_of_the_forged_one(response: Element) -> Element:
    original, evil = _taken(response)
    signature = signature_of(original)
    original.remove(signature)
    signature.append(original)
    evil.insert(1, signature)
    return response


def xsw7_original_assertion_in_the_extensions(response: Element) -> Element:
    original, _ = _taken(response)
    extensions = etree.Element(f"{P}Extensions")
    extensions.append(original)
    response.insert(1, extensions)
    return response


def xsw8_original_assertion_in_an_object_of_the_signature(response: Element) -> Element:
    original, evil = _taken(response)
    signature = signature_of(original)
    original.remove(signature)
    inside(signature, f"{D}Object").append(original)
    evil.insert(1, signature)
    return response


def forged_assertion_after_the_signed_one(response: Element) -> Element:
    response.append(forged(assertion_of(response)))
    return response


def original_assertion_in_the_details_of_the_status(response: Element) -> Element:
    original, _ = _taken(response)
    status = response.find(f"{P}Status")
    assert status is not None
    inside(status, f"{P}StatusDetail").append(original)
    return response


def original_assertion_in_the_advice(response: Element) -> Element:
    original, evil = _taken(response)
    inside(evil, f"{A}Advice").append(original)
    return response


def original_assertion_in_a_value_of_an_attribute(response: Element) -> Element:
    original, evil = _taken(response)
    statement = evil.find(f"{A}AttributeStatement")
    assert statement is not None
    inside(statement, f"{A}Attribute", f"{A}AttributeValue").append(original)
    return response


def original_assertion_in_the_confirmation_of_the_forged_one(response: Element) -> Element:
    original, evil = _taken(response)
    data = evil.find(f"{A}Subject/{A}SubjectConfirmation/{A}SubjectConfirmationData")
    assert data is not None
    data.append(original)
    return response


def original_assertion_in_a_foreign_element(response: Element) -> Element:
    original, _ = _taken(response)
    inside(response, "{urn:evil}Keep", "{urn:evil}Safe").append(original)
    return response


def original_assertion_in_front_of_the_issuer(response: Element) -> Element:
    original, _ = _taken(response)
    response.insert(0, original)
    return response


def forged_assertion_in_the_signature_of_the_original(response: Element) -> Element:
    """The only place in a signed assertion that its signature does not cover."""
    original = assertion_of(response)
    inside(signature_of(original), f"{D}Object").append(forged(original))
    return response


def forged_assertion_under_the_same_id(response: Element) -> Element:
    original = assertion_of(response)
    response.append(forged(original, keep_id=True))
    return response


def forged_assertion_of_another_namespace(response: Element) -> Element:
    evil = forged(assertion_of(response))
    evil.tag = "{urn:evil}Assertion"
    response.insert(0, evil)
    return response


def forged_assertion_of_saml_1(response: Element) -> Element:
    evil = forged(assertion_of(response))
    evil.tag = "{urn:oasis:names:tc:SAML:1.0:assertion}Assertion"
    response.insert(0, evil)
    return response


def forged_response_around_the_original_one(response: Element) -> Element:
    """The outer response has no assertion of its own, so that nothing is there twice."""
    outer = deepcopy(response)
    outer.remove(assertion_of(outer))
    outer.set("ID", "_outer")
    outer.append(response)
    return outer


def forged_assertion_as_the_document(response: Element) -> Element:
    evil = forged(assertion_of(response))
    evil.append(response)
    return evil


FORMS = (
    xsw3_forged_assertion_before_the_signed_one,
    xsw4_signed_assertion_inside_the_forged_one,
    xsw5_forged_assertion_keeps_the_signature_and_the_original_follows,
    xsw6_original_assertion_inside_the_signature_of_the_forged_one,
    xsw7_original_assertion_in_the_extensions,
    xsw8_original_assertion_in_an_object_of_the_signature,
    forged_assertion_after_the_signed_one,
    original_assertion_in_the_details_of_the_status,
    original_assertion_in_the_advice,
    original_assertion_in_a_value_of_an_attribute,
    original_assertion_in_the_confirmation_of_the_forged_one,
    original_assertion_in_a_foreign_element,
    original_assertion_in_front_of_the_issuer,
    forged_assertion_in_the_signature_of_the_original,
    forged_assertion_under_the_same_id,
    forged_assertion_of_another_namespace,
    forged_assertion_of_saml_1,
    forged_response_around_the_original_one,
)
