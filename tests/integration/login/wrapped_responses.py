"""Forms of signature wrapping of a signed response: the classic two (Somorovsky et al., "On Breaking SAML", 2012), and
more places where a verifier may look for what was signed while a reader looks elsewhere. Each turns a signed response
into one about somebody else.
"""

from __future__ import annotations

from lxml import etree

from tests.integration.login.forgery import forged, inside
from tests.support.identity_providers.signing import A, D, Element, P, assertion_of, signature_of


def xsw1_original_response_inside_the_signature(response: Element) -> Element:
    evil, signature = forged(response), signature_of(response)
    response.remove(signature)
    signature.append(response)
    evil.insert(1, signature)
    return evil


def xsw2_original_response_before_the_signature(response: Element) -> Element:
    evil, signature = forged(response), signature_of(response)
    response.remove(signature)
    evil.insert(1, signature)
    evil.insert(1, response)
    return evil


def original_response_in_an_object_of_the_signature(response: Element) -> Element:
    evil, signature = forged(response), signature_of(response)
    response.remove(signature)
    inside(signature, f"{D}Object").append(response)
    evil.insert(1, signature)
    return evil


def original_response_in_the_extensions(response: Element) -> Element:
    evil = forged(response)
    extensions = etree.Element(f"{P}Extensions")
    extensions.append(response)
    evil.insert(1, extensions)
    return evil


def original_response_in_the_details_of_the_status(response: Element) -> Element:
    evil = forged(response)
    status = evil.find(f"{P}Status")
    assert status is not None
    inside(status, f"{P}StatusDetail").append(response)
    return evil


def original_response_in_the_advice_of_the_forged_assertion(response: Element) -> Element:
    evil = forged(response)
    inside(assertion_of(evil), f"{A}Advice").append(response)
    return evil


def original_response_at_the_end_of_the_forged_one(response: Element) -> Element:
    evil = forged(response, keep_signature=True)
    evil.append(response)
    return evil


def forged_assertion_before_the_one_of_a_signed_response(response: Element) -> Element:
    original = assertion_of(response)
    response.insert(response.index(original), forged(original))
    return response


def forged_assertion_in_the_signature_of_the_response(response: Element) -> Element:
    """The only place in a signed response that its signature does not cover."""
    inside(signature_of(response), f"{D}Object").append(forged(assertion_of(response)))
    return response


def forged_assertion_among_the_key_hints_of_the_response(response: Element) -> Element:
    inside(signature_of(response), f"{D}KeyInfo").append(forged(assertion_of(response)))
    return response


FORMS = (
    xsw1_original_response_inside_the_signature,
    xsw2_original_response_before_the_signature,
    original_response_in_an_object_of_the_signature,
    original_response_in_the_extensions,
    original_response_in_the_details_of_the_status,
    original_response_in_the_advice_of_the_forged_assertion,
    original_response_at_the_end_of_the_forged_one,
    forged_assertion_before_the_one_of_a_signed_response,
    forged_assertion_in_the_signature_of_the_response,
    forged_assertion_among_the_key_hints_of_the_response,
)
