"""Whose key signed? Nothing inside the document answers that."""

from __future__ import annotations

from lxml import etree

from tests.integration.login.browser import Post, document_post
from tests.integration.login.case import Attack, Case, cases, each, in_turn, stands_firm
from tests.integration.login.front import Front, Genuine
from tests.support.identity_providers.signing import KEY_INFO, RSA_SHA256, D, with_signature
from tests.support.saml_idp import edited

_ECDSA = RSA_SHA256.replace("rsa", "ecdsa")
_ELSEWHERE = "https://evil.example.com/key"
_BARE = (
    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>Aw==</ds:Exponent></ds:RSAKeyValue>"
    "</ds:KeyValue>"
)
_RAW = "http://www.w3.org/2000/09/xmldsig#rawX509Certificate"


def _hints(*certificates: str) -> str:
    inside = "".join(f"<ds:X509Certificate>{each_one}</ds:X509Certificate>" for each_one in certificates)
    return f"<ds:KeyInfo><ds:X509Data>{inside}</ds:X509Data></ds:KeyInfo>"


def impostor(genuine: Genuine) -> Post:
    """The same words under the same name; the key that made the signature comes along as its certificate."""
    return genuine.again(pair=genuine.house.impostor)


def impostor_signs_both(genuine: Genuine) -> Post:
    return document_post(genuine.signed(pair=genuine.house.impostor, sign="both"))


def impostor_signs_the_response(genuine: Genuine) -> Post:
    return document_post(genuine.signed(pair=genuine.house.impostor, sign="response"))


def impostor_with_the_true_certificate(genuine: Genuine) -> Post:
    """The certificate says who is meant to have signed; they did not."""
    template = [(KEY_INFO, _hints(genuine.own.certificate_text))]
    return genuine.again(pair=genuine.house.impostor, template=template)


def impostor_with_both_certificates(genuine: Genuine) -> Post:
    both = _hints(genuine.own.certificate_text, genuine.house.impostor.certificate_text)
    return genuine.again(pair=genuine.house.impostor, template=[(KEY_INFO, both)])


def impostor_with(hint: str) -> Attack:
    """A hint that a verifier could follow to the impostor's key; nothing signs a hint."""

    def attack(genuine: Genuine) -> Post:
        response = etree.fromstring(genuine.signed(pair=genuine.house.impostor))
        found = next(response.iter(f"{D}KeyInfo"))
        parent = found.getparent()
        assert parent is not None
        parent.replace(found, etree.fromstring(f'<ds:KeyInfo xmlns:ds="{D[1:-1]}">{hint}</ds:KeyInfo>'))
        return document_post(etree.tostring(response))

    return attack


def expired(genuine: Genuine) -> Post:
    """It is in the metadata, and was good until yesterday."""
    return genuine.again(pair=genuine.house.expired)


def weak(genuine: Genuine) -> Post:
    """RSA of 1,024 bits: it is in the metadata, but nobody should trust it."""
    return genuine.again(pair=genuine.house.weak)


def said_to_be_elliptic(genuine: Genuine) -> Post:
    return document_post(edited(genuine.document.decode(), (RSA_SHA256, _ECDSA)).encode())


def foreign_assertion_in_a_response_of_the_provider(genuine: Genuine) -> Post:
    """Where both are signed, both must be the provider's."""
    by_impostor = genuine.signed(pair=genuine.house.impostor)
    return document_post(with_signature(by_impostor, "response", genuine.own))


def response_of_an_impostor_around_the_assertion(genuine: Genuine) -> Post:
    """The assertion would be enough, if the response were not signed at all."""
    return document_post(with_signature(genuine.document, "response", genuine.house.impostor))


def signature_of_another_assertion(genuine: Genuine) -> Post:
    """A true signature of the provider, over what it said some other time."""
    response, other = etree.fromstring(genuine.document), etree.fromstring(genuine.signed(_renamed))
    ours, theirs = (next(each_one.iter(f"{D}Signature")) for each_one in (response, other))
    parent = ours.getparent()
    assert parent is not None
    parent.replace(ours, theirs)
    return document_post(etree.tostring(response))


def _renamed(response: etree._Element) -> None:
    response[-1].set("ID", "_another")


CASES = (
    *cases(
        ("impostor", impostor, "signature"),
        ("impostor with the true certificate", impostor_with_the_true_certificate, "signature"),
        ("response of an impostor around the assertion", response_of_an_impostor_around_the_assertion, "signature"),
    ),
    *in_turn(
        ("impostor signs both", impostor_signs_both, "signature"),
        ("impostor signs the response", impostor_signs_the_response, "signature"),
        ("impostor with both certificates", impostor_with_both_certificates, "signature"),
        ("impostor with the bare key", impostor_with(_BARE), "signature"),
        ("impostor with the name of a key", impostor_with("<ds:KeyName>idp</ds:KeyName>"), "signature"),
        ("impostor with an address", impostor_with(f'<ds:RetrievalMethod URI="{_ELSEWHERE}"/>'), "signature"),
        (
            "impostor with the address of a certificate",
            impostor_with(f'<ds:RetrievalMethod Type="{_RAW}" URI="{_ELSEWHERE}.cer"/>'),
            "signature",
        ),
        ("an expired certificate of the metadata", expired, "signature"),
        ("a weak key of the metadata", weak, "signature"),
        ("an RSA signature said to be elliptic", said_to_be_elliptic, "signature"),
        ("foreign assertion in a true response", foreign_assertion_in_a_response_of_the_provider, "signature"),
        ("signature of another assertion", signature_of_another_assertion, "signature-shape"),
    ),
)


@each(CASES)
def test_no_other_key_lets_anybody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)


def test_every_good_key_of_the_metadata_lets_the_person_in(front: Front) -> None:
    """The other three are the software's own, in every control."""
    genuine = front.genuine("simplesamlphp")
    post = genuine.again(pair=genuine.house.elliptic, template=[(RSA_SHA256, _ECDSA)])
    front.let_in(front.send(post))
