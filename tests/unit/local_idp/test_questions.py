"""AuthnRequests from strangers: read if they are what they should be, refused with a reason if not."""

from __future__ import annotations

import base64
import zlib

import pytest

from local.http.questions import NoQuestion, Question, question_in

DOCUMENT = (
    '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" Version="2.0" '
    'Destination="https://idp.example.com/sso" AssertionConsumerServiceURL="https://sp.example.com/saml/acs">'
    "<saml:Issuer> urn:amazon:webservices </saml:Issuer></samlp:AuthnRequest>"
)


def deflated(document: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(document) + packer.flush()


def packed(document: str) -> str:
    return base64.b64encode(deflated(document.encode())).decode()


def test_a_question_says_who_asks_and_where_the_answer_goes() -> None:
    assert question_in(packed(DOCUMENT)) == Question(
        id="_a1",
        issuer="urn:amazon:webservices",
        acs="https://sp.example.com/saml/acs",
        destination="https://idp.example.com/sso",
    )


@pytest.mark.parametrize(
    ("saml_request", "why"),
    [
        ("", "cut"),
        ("?" * 8, "base64"),
        ("A" * 20_001, "too long"),
        (base64.b64encode(DOCUMENT.encode()).decode(), "DEFLATE"),
        (base64.b64encode(zlib.compress(DOCUMENT.encode())).decode(), "DEFLATE"),
        (base64.b64encode(deflated(DOCUMENT.encode())[:-20]).decode(), "cut"),
        (base64.b64encode(deflated(DOCUMENT.encode()) + b"more").decode(), "cut"),
        (packed(DOCUMENT + " " * 1_000_000), "too long when it is unpacked"),
        (packed("<samlp:AuthnRequest"), "well-formed"),
        (packed("<!DOCTYPE x [<!ENTITY a 'b'>]>" + DOCUMENT), "document type"),
        (packed(DOCUMENT.replace("AuthnRequest", "LogoutRequest")), "no AuthnRequest"),
        (packed(DOCUMENT.replace("SAML:2.0:protocol", "SAML:1.0:protocol")), "no AuthnRequest"),
        (packed(DOCUMENT.replace('Version="2.0"', 'Version="1.1"')), "no AuthnRequest"),
        (packed(DOCUMENT.replace('ID="_a1"', "")), "no AuthnRequest"),
    ],
)
def test_anything_else_is_refused_with_a_reason(saml_request: str, why: str) -> None:
    with pytest.raises(NoQuestion, match=why):
        question_in(saml_request)
