"""What a response that is truly signed must say, each thing wrong, missing or there twice, one at a time."""

from __future__ import annotations

from urllib.parse import quote

from tests.integration.login.browser import Post, document_post
from tests.integration.login.case import Attack, Case, cases, each, in_turn, stands_firm
from tests.integration.login.edits import (
    ASSERTION,
    CODE,
    CONDITIONS,
    CONFIRMATION,
    DATA,
    RESTRICTION,
    STATEMENT,
    STATUS,
    SUBJECT,
    as_usual,
    attribute,
    both_issuers,
    named,
    said,
    twice,
    without,
    words,
)
from tests.integration.login.front import Front, Genuine
from tests.support.identity_providers.protocol import AUDIENCE
from tests.support.identity_providers.signing import A
from tests.support.saml_idp import ENTITY_ID, ROLE, ROLE_SESSION_NAME

_CM = "urn:oasis:names:tc:SAML:2.0:cm:"
_EVIL = "https://evil.example.com"


def as_it_is(genuine: Genuine) -> Post:
    return document_post(genuine.document)


def addressed(name: str, change: str) -> Attack:
    """Recipient or Destination is almost the ACS URL."""
    path = DATA if name == "Recipient" else ""

    def attack(genuine: Genuine) -> Post:
        acs = genuine.acs
        value = {
            "slash": f"{acs}/",
            "query": f"{acs}?x=1",
            "fragment": f"{acs}#x",
            "case": acs.replace("/saml/acs", "/SAML/ACS"),
            "https": acs.replace("http:", "https:"),
            "escaped": acs.replace("/acs", f"/{quote('a')}%63s"),
            "blank": f" {acs}",
            "user": acs.replace("://", "://x@"),
            "longer host": acs.replace("127.0.0.1", "127.0.0.1.evil.example.com"),
            "another path": acs.replace("/saml/acs", "/studio"),
            "foreign": f"{_EVIL}/saml/acs",
        }[change]
        return genuine.again(attribute(path, name, value))

    return attack


NATIVE = (
    *cases(
        ("another audience, by the software", as_it_is, "audience"),
        variations={"audience": _EVIL},
        control=said(words(f"{RESTRICTION}/{A}Audience", AUDIENCE)),
    ),
    *cases(
        ("another issuer, by the software", as_it_is, "issuer"),
        variations={"issuer": _EVIL},
        control=said(both_issuers(ENTITY_ID)),
    ),
    *cases(
        ("another recipient, by the software", as_it_is, "recipient"),
        variations={"recipient": f"{_EVIL}/acs"},
        control=lambda genuine: genuine.again(attribute(DATA, "Recipient", genuine.acs)),
    ),
    *cases(
        ("another destination, by the software", as_it_is, "destination"),
        variations={"destination": f"{_EVIL}/acs"},
        control=lambda genuine: genuine.again(attribute("", "Destination", genuine.acs)),
    ),
    *cases(
        ("an answer to a question that nobody asked", as_it_is, "in-response-to"),
        variations={"in_response_to": "_nobody-asked"},
        control=said(attribute("", "InResponseTo", None), attribute(DATA, "InResponseTo", None)),
    ),
)

WRONG = in_turn(
    ("an issuer with a slash", said(both_issuers(f"{ENTITY_ID}/")), "issuer"),
    ("an issuer with a blank", said(both_issuers(f"{ENTITY_ID} ")), "issuer"),
    ("an issuer in capitals", said(both_issuers(ENTITY_ID.upper())), "issuer"),
    ("another issuer of the response only", said(words(f"{A}Issuer", _EVIL)), "issuer"),
    ("another issuer of the assertion only", said(words(f"{ASSERTION}/{A}Issuer", _EVIL)), "issuer"),
    ("an audience in capitals", said(words(f"{RESTRICTION}/{A}Audience", AUDIENCE.upper())), "audience"),
    ("an audience with more behind", said(words(f"{RESTRICTION}/{A}Audience", f"{AUDIENCE}.evil")), "audience"),
    ("the portal's own address as the audience", said(words(f"{RESTRICTION}/{A}Audience", ENTITY_ID)), "audience"),
    ("two audiences in one text", said(words(f"{RESTRICTION}/{A}Audience", f"{_EVIL} {AUDIENCE}")), "audience"),
    (
        "a second restriction that leaves us out",
        said(twice(RESTRICTION, words(f"{RESTRICTION}/{A}Audience", _EVIL))),
        "audience",
    ),
    ("no audience restriction", said(without(RESTRICTION)), "audience"),
    ("a restriction without an audience", said(without(f"{RESTRICTION}/{A}Audience")), "audience"),
    *[
        (f"recipient: {how}", addressed("Recipient", how), "recipient")
        for how in (
            "slash",
            "query",
            "fragment",
            "case",
            "https",
            "escaped",
            "blank",
            "user",
            "longer host",
            "another path",
        )
    ],
    *[(f"destination: {how}", addressed("Destination", how), "destination") for how in ("slash", "case", "foreign")],
    ("no recipient", said(attribute(DATA, "Recipient", None)), "structure"),
    ("an empty recipient", said(attribute(DATA, "Recipient", "")), "structure"),
    ("status: requester", said(attribute(CODE, "Value", "urn:oasis:names:tc:SAML:2.0:status:Requester")), "status"),
    ("status: success of SAML 1", said(attribute(CODE, "Value", "samlp:Success")), "status"),
    ("no status", said(without(STATUS)), "structure"),
    ("two codes of status", said(twice(CODE)), "structure"),
    ("assertion of version 1.1", said(attribute(ASSERTION, "Version", "1.1")), "version"),
    ("response of version 2", said(attribute("", "Version", "2")), "version"),
    ("no version", said(attribute(ASSERTION, "Version", None)), "structure"),
    ("sender vouches", said(attribute(CONFIRMATION, "Method", f"{_CM}sender-vouches")), "confirmation"),
    ("holder of key", said(attribute(CONFIRMATION, "Method", f"{_CM}holder-of-key")), "confirmation"),
    ("bearer in capitals", said(attribute(CONFIRMATION, "Method", f"{_CM}Bearer")), "confirmation"),
    ("no subject", said(without(SUBJECT)), "structure"),
    ("two subjects", said(twice(SUBJECT)), "structure"),
    ("no name id", said(without(f"{SUBJECT}/{A}NameID")), "structure"),
    ("an empty name id", said(words(f"{SUBJECT}/{A}NameID", "")), "structure"),
    ("two name ids", said(twice(f"{SUBJECT}/{A}NameID")), "structure"),
    ("no confirmation", said(without(CONFIRMATION)), "structure"),
    ("two confirmations", said(twice(CONFIRMATION, attribute(DATA, "Recipient", f"{_EVIL}/acs"))), "structure"),
    ("no data of the confirmation", said(without(DATA)), "structure"),
    ("two data of the confirmation", said(twice(DATA)), "structure"),
    ("no conditions", said(without(CONDITIONS)), "structure"),
    ("two conditions", said(twice(CONDITIONS)), "structure"),
    ("no issuer of the assertion", said(without(f"{ASSERTION}/{A}Issuer")), "structure"),
    ("two issuers of the assertion", said(twice(f"{ASSERTION}/{A}Issuer")), "structure"),
    ("no attributes", said(without(STATEMENT)), "role"),
    ("the role attribute twice", said(twice(named(ROLE))), "repeated-attribute"),
    ("the login attribute twice", said(twice(named(ROLE_SESSION_NAME))), "repeated-attribute"),
    ("a second statement with the same attributes", said(twice(STATEMENT)), "repeated-attribute"),
    ("an attribute without a name", said(attribute(named(ROLE), "Name", None)), "structure"),
    ("an answer, says the response only", said(attribute("", "InResponseTo", "_x")), "in-response-to"),
    ("an answer, says the confirmation only", said(attribute(DATA, "InResponseTo", "_x")), "in-response-to"),
    control=as_usual,
)

CASES = (*NATIVE, *WRONG)


@each(CASES)
def test_a_true_signature_under_wrong_words_lets_nobody_in(front: Front, case: Case) -> None:
    stands_firm(front, case)
