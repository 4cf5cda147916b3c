"""Everything that keeps somebody out, by its reason code; none of it costs a call to STS or uses an assertion up."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureMethod
from signxml.signer import XMLSigner

from concierge.errors import LoginRefused, SettingsError
from concierge.login.saml.metadata import IdentityProvider, read_metadata
from tests.support.login_fakes import ACS, LOGIN_ROLE, PROVIDER_ARN, FrontDoor
from tests.support.saml_idp import ENTITY_ID, ROLE, ROLE_SESSION_NAME, Edit, KeyPair, SamlIdp, Signing, edited, posted

DECLARATION = '<?xml version="1.0"?>'
NAME_ID = "a1b2c3"
ASSERTION_ENDS = "</ns1:Assertion>"
REST = "urn:oasis:names:tc:SAML:2.0:"
SHA1_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
SHA1_DIGEST = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256_DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def refused(door: FrontDoor, saml_response: str, now: datetime) -> str:
    """The reason code; whatever it is, nothing was asked of the world."""
    with pytest.raises(LoginRefused) as refusal:
        door.enter(saml_response, now=now)
    assert door.was_left_alone
    assert door.attempt.login == ""
    return refusal.value.reason


def attribute(name: str, value: str) -> str:
    return (
        f'<ns1:Attribute Name="{name}"><ns1:AttributeValue>{value}</ns1:AttributeValue></ns1:Attribute>'
        "</ns1:AttributeStatement>"
    )


SIGNED_BUT_WRONG: list[tuple[str, list[Edit]]] = [
    ("issuer", [(f">{ENTITY_ID}<", ">https://evil.example.com<")]),
    ("audience", [("<ns1:Audience>urn:amazon:webservices<", "<ns1:Audience>urn:amazon:webservices.evil<")]),
    ("audience", [("<ns1:Audience>urn:amazon:webservices</ns1:Audience>", "")]),
    ("recipient", [(f'Recipient="{ACS}"', f'Recipient="{ACS}/"')]),
    ("recipient", [(f'Recipient="{ACS}"', 'Recipient="https://other.example.com/saml/acs"')]),
    ("destination", [(f'Destination="{ACS}"', 'Destination="https://other.example.com/saml/acs"')]),
    ("status", [(f"{REST}status:Success", f"{REST}status:Requester")]),
    ("confirmation", [(f"{REST}cm:bearer", f"{REST}cm:sender-vouches")]),
    ("in-response-to", [("<ns1:SubjectConfirmationData ", '<ns1:SubjectConfirmationData InResponseTo="r" ')]),
    ("version", [('<ns1:Assertion Version="2.0"', '<ns1:Assertion Version="1.1"')]),
    ("time", [("<ns1:Conditions NotBefore=", '<ns1:Conditions NotBefore="2026-13-01T00:00:00Z" x=')]),
    ("time", [("<ns1:Conditions NotBefore=", '<ns1:Conditions NotBefore="2026-01-01T00:00:00+01:00" x=')]),
    ("role", [(f"{LOGIN_ROLE.arn},", f"{LOGIN_ROLE.arn}-admin,")]),
    ("role", [(f",{PROVIDER_ARN}", f",{PROVIDER_ARN}2")]),
    ("role", [(f",{PROVIDER_ARN}", f",{PROVIDER_ARN},{PROVIDER_ARN}")]),
    (
        "role",
        [
            (
                f"{PROVIDER_ARN}</ns1:AttributeValue>",
                f"{PROVIDER_ARN}</ns1:AttributeValue><ns1:AttributeValue>admin,{PROVIDER_ARN}</ns1:AttributeValue>",
            )
        ],
    ),
    ("role", [(f'Name="{ROLE}"', 'Name="Role"')]),
    ("session-name", [(f'Name="{ROLE_SESSION_NAME}"', 'Name="RoleSessionName"')]),
    ("session-name", [(">Amara.Okafor<", ">Amara.Okafor\n<")]),
    ("session-name", [(">Amara.Okafor<", ">Amara&#10;Okafor<")]),
    ("session-name", [(">Amara.Okafor<", "> Amara.Okafor<")]),
    ("session-name", [(">Amara.Okafor<", ">Ämara.Okafor<")]),
    ("session-name", [(">Amara.Okafor<", ">١٢٣<")]),
    ("session-name", [(">Amara.Okafor<", ">a<")]),
    ("session-name", [(">Amara.Okafor<", f">{'a' * 65}<")]),
    ("session-name", [(">Amara.Okafor<", "><")]),
    ("repeated-attribute", [("</ns1:AttributeStatement>", attribute(ROLE_SESSION_NAME, "root"))]),
    ("repeated-attribute", [("</ns1:AttributeStatement>", attribute(ROLE, "x,y"))]),
    ("structure", [("Amara.Okafor", "Amara.<ns1:x>evil</ns1:x>Okafor")]),
    ("structure", [(f">{NAME_ID}<", f">{NAME_ID}<ns1:x/>-evil<")]),
    ("structure", [("</ns1:Subject>", "</ns1:Subject><ns1:Subject/>")]),
    ("structure", [("<ns1:SubjectConfirmation ", '<ns1:SubjectConfirmation Method="x"/><ns1:SubjectConfirmation ')]),
    ("structure", [("</ns1:Conditions>", "</ns1:Conditions><ns1:Conditions/>")]),
    ("repeated-id", [("<ns1:AuthnStatement ", '<ns1:AuthnStatement Id="i" id="i" ')]),
    ("encrypted", [(ASSERTION_ENDS, f"<ns1:EncryptedAssertion/>{ASSERTION_ENDS}")]),
    ("assertion-count", [(ASSERTION_ENDS, f"<ns1:Advice><ns1:Assertion/></ns1:Advice>{ASSERTION_ENDS}")]),
]


@pytest.mark.parametrize(("reason", "edits"), SIGNED_BUT_WRONG)
def test_a_true_signature_under_a_wrong_claim_lets_nobody_in(
    idp: SamlIdp, door: FrontDoor, now: datetime, reason: str, edits: list[Edit]
) -> None:
    assert refused(door, posted(idp.response(edits=edits, sign="both")), now) == reason


def test_an_answer_to_a_question_that_nobody_asked_is_refused(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    assert refused(door, posted(idp.response(in_response_to="id-1")), now) == "in-response-to"


@pytest.mark.parametrize(
    ("reason", "later"),
    [
        ("too-old", timedelta(minutes=5, seconds=2)),
        ("issued-in-future", timedelta(seconds=-63)),
        ("issued-in-future", timedelta(days=-1)),
    ],
)
def test_an_assertion_is_for_now(signed: bytes, door: FrontDoor, now: datetime, reason: str, later: timedelta) -> None:
    assert refused(door, posted(signed), _issued_at(signed) + later) == reason


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
def test_a_document_changed_after_signing_is_refused(
    idp: SamlIdp, door: FrontDoor, now: datetime, sign: Signing
) -> None:
    document = idp.response(sign=sign).replace(b"Amara.Okafor", b"Boss.OfAmara")
    assert refused(door, posted(document), now) == "signature"


def test_nothing_is_read_without_a_signature(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    assert refused(door, posted(idp.response(sign="nothing")), now) == "unsigned"


def test_another_key_under_the_same_name_is_refused(impostor: SamlIdp, door: FrontDoor, now: datetime) -> None:
    """Its certificate is inside the response, where it counts for nothing."""
    document = impostor.response()
    assert impostor.pair.certificate_text.encode() in document
    assert refused(door, posted(document), now) == "signature"


def test_the_good_certificate_beside_a_bad_signature_counts_for_nothing(
    idp: SamlIdp, impostor: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    text = edited(impostor.response().decode(), (impostor.pair.certificate_text, idp.pair.certificate_text))
    assert refused(door, posted(text.encode()), now) == "signature"


@pytest.mark.parametrize(
    "edit",
    [
        ("#rsa-sha256", "#rsa-sha1"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
        ("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"),
        ("2001/04/xmlenc#sha256", "2001/04/xmldsig-more#md5"),
    ],
)
def test_weak_algorithms_are_refused_by_their_name(signed: bytes, door: FrontDoor, now: datetime, edit: Edit) -> None:
    assert refused(door, posted(edited(signed.decode(), edit).encode()), now) == "signature-algorithm"


@pytest.mark.parametrize(
    ("signature", "digest"),
    [(SHA1_SIGNATURE, SHA256_DIGEST), ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", SHA1_DIGEST)],
)
def test_a_true_signature_with_sha1_is_refused(
    idp: SamlIdp, door: FrontDoor, now: datetime, signature: str, digest: str
) -> None:
    document = idp.response(signature_algorithm=signature, digest_algorithm=digest)
    assert refused(door, posted(document), now) == "signature-algorithm"


def test_the_public_certificate_is_no_shared_secret(idp: SamlIdp, door: FrontDoor, now: datetime) -> None:
    """HMAC with what everybody knows as its key: the classic confusion of algorithms."""
    assertion = etree.fromstring(idp.response(sign="nothing"))[-1]
    signer = XMLSigner(
        signature_algorithm=SignatureMethod.HMAC_SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    forged = signer.sign(
        assertion, key=idp.pair.certificate.read_bytes(), reference_uri=f"#{assertion.get('ID')}", id_attribute="ID"
    )
    response = etree.fromstring(idp.response(sign="nothing"))
    response.replace(response[-1], forged)
    assert refused(door, posted(etree.tostring(response)), now) == "signature-algorithm"


@pytest.mark.parametrize(
    "edit",
    [
        (f'<ns2:Transform Algorithm="{EXCLUSIVE}"/>', ""),
        (f'<ns2:Transform Algorithm="{EXCLUSIVE}"/>', f'<ns2:Transform Algorithm="{EXCLUSIVE}WithComments"/>'),
        (EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        (
            "<ns2:Transforms>",
            '<ns2:Transforms><ns2:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
        ),
        ("</ns2:Reference>", '</ns2:Reference><ns2:Reference URI=""/>'),
        ('<ns2:Reference URI="#', '<ns2:Reference URI="#x'),
        ("</ns2:KeyInfo>", "</ns2:KeyInfo><ns2:Object/>"),
        (
            'xmldsig-more#rsa-sha256"/>',
            'xmldsig-more#rsa-sha256"><ns2:HMACOutputLength>1</ns2:HMACOutputLength></ns2:SignatureMethod>',
        ),
        ("</ns2:SignedInfo>", "</ns2:SignedInfo><ns2:Object/>"),
    ],
)
def test_a_signature_has_one_shape_only(signed: bytes, door: FrontDoor, now: datetime, edit: Edit) -> None:
    assert refused(door, posted(edited(signed.decode(), edit).encode()), now) == "signature-shape"


@pytest.mark.parametrize("place", [NAME_ID, "Amara.Okafor", ENTITY_ID, "urn:amazon:webservices<"])
@pytest.mark.parametrize("markup", ["<!---->", "<!-- x -->", "<?x y?>", "<![CDATA[]]>"])
def test_markup_that_hides_in_text_is_refused(
    signed: bytes, door: FrontDoor, now: datetime, place: str, markup: str
) -> None:
    """A comment inside a signed text leaves the signature true, and cuts the text for who reads it."""
    text = edited(signed.decode(), (place, place[:3] + markup + place[3:]))
    assert refused(door, posted(text.encode()), now) == "forbidden-markup"


@pytest.mark.parametrize(
    "prologue",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x SYSTEM "https://evil.example.com/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
        '<?xml-stylesheet href="x"?>',
        "<!-- hello -->",
    ],
)
def test_a_document_brings_no_definitions(signed: bytes, door: FrontDoor, now: datetime, prologue: str) -> None:
    text = edited(signed.decode(), (DECLARATION, DECLARATION + prologue))
    assert refused(door, posted(text.encode()), now) == "forbidden-markup"


def test_markup_after_the_document_is_refused(signed: bytes, door: FrontDoor, now: datetime) -> None:
    assert refused(door, posted(signed + b"<!-- bye -->"), now) == "forbidden-markup"


@pytest.mark.parametrize("declaration", ['<?xml version="1.1"?>', '<?xml version="1.0" encoding="utf-7"?>'])
def test_no_other_xml_and_no_other_encoding(signed: bytes, door: FrontDoor, now: datetime, declaration: str) -> None:
    text = edited(signed.decode(), (DECLARATION, declaration))
    assert refused(door, posted(text.encode()), now) == "forbidden-markup"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_bytes_that_are_not_utf_8_are_refused(signed: bytes, door: FrontDoor, now: datetime, encoding: str) -> None:
    document = signed.decode().replace("Amara", "Ämara").encode(encoding)
    assert refused(door, posted(document), now) == "encoding"


@pytest.mark.parametrize(
    ("reason", "document"),
    [
        ("xml", b""),
        ("xml", b"hello"),
        ("xml", b"<a><b></a>"),
        ("xml", b"<a>&undefined;</a>"),
        ("xml", b"<a>" * 300 + b"</a>" * 300),
        ("structure", b"<a/>"),
        ("too-large", b"<a>" + b"<b/>" * 2_001 + b"</a>"),
    ],
)
def test_documents_that_are_no_response(door: FrontDoor, now: datetime, reason: str, document: bytes) -> None:
    assert refused(door, posted(document), now) == reason


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        ("too-large", "A" * 100_004),
        ("base64", "!!!!"),
        ("base64", "AAA"),
        ("base64", "QUJD\nQUJD"),
        ("base64", "QUJD QUJD"),
        ("base64", "QUJD===="),
        ("base64", "QUI=QUI="),
        ("base64", "äöü="),
    ],
)
def test_fields_that_are_not_base64(door: FrontDoor, now: datetime, reason: str, field: str) -> None:
    assert refused(door, field, now) == reason


def test_an_expired_certificate_vouches_for_nobody(tmp_path: Path, now: datetime) -> None:
    idp = SamlIdp(KeyPair.create(tmp_path, days=1), acs=ACS, role_pair=f"{LOGIN_ROLE.arn},{PROVIDER_ARN}")
    door = FrontDoor(provider=read_metadata(idp.metadata))
    assert refused(door, posted(idp.response()), now) == "certificate-expired"


def test_while_keys_are_exchanged_both_certificates_count(
    idp: SamlIdp, impostor: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    old, new = read_metadata(impostor.metadata), read_metadata(idp.metadata)
    door.provider = IdentityProvider(entity_id=ENTITY_ID, certificates=old.certificates + new.certificates)
    assert door.enter(posted(idp.response()), now=now)


def test_a_weak_key_is_not_trusted(tmp_path: Path) -> None:
    idp = SamlIdp(KeyPair.create(tmp_path, bits=1024), acs=ACS, role_pair="x")
    with pytest.raises(SettingsError, match="2048"):
        read_metadata(idp.metadata)


@pytest.mark.parametrize(
    "document",
    [
        "not xml",
        "<EntitiesDescriptor/>",
        '<!DOCTYPE x><EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>',
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"/>',
    ],
)
def test_metadata_that_names_nobody_is_a_mistake_of_the_deployment(document: str) -> None:
    with pytest.raises(SettingsError, match="metadata of the IAM SAML provider"):
        read_metadata(document)


def test_a_certificate_for_encryption_only_signs_nothing(idp: SamlIdp) -> None:
    with pytest.raises(SettingsError):
        read_metadata(edited(idp.metadata, ('use="signing"', 'use="encryption"')))


def test_a_broken_certificate_is_named(idp: SamlIdp) -> None:
    broken = base64.b64encode(b"not a certificate").decode()
    with pytest.raises(SettingsError, match="broken certificate"):
        read_metadata(edited(idp.metadata, (idp.pair.certificate_text, broken)))


def _issued_at(document: bytes) -> datetime:
    text = etree.fromstring(document)[-1].get("IssueInstant", "")
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_key_that_was_exchanged_a_minute_ago_lets_people_in(
    idp: SamlIdp, impostor: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    door.provider, door.replacement = read_metadata(impostor.metadata), read_metadata(idp.metadata)
    assert door.enter(posted(idp.response()), now=now)


def test_newer_metadata_does_not_make_a_forgery_true(
    idp: SamlIdp, impostor: SamlIdp, door: FrontDoor, now: datetime
) -> None:
    door.replacement = read_metadata(idp.metadata)
    assert refused(door, posted(impostor.response()), now) == "signature"
