"""Encrypted assertions, as pysaml2 and xmlsec1 encrypt them; and what else anybody could encrypt for us."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from saml2 import class_name, samlp, sigver  # type: ignore[import-untyped]  # pysaml2 carries no types

from concierge.errors import LoginRefused, SettingsError
from concierge.login.saml.claims import claims_of
from concierge.login.saml.decryption import ENCRYPTION, decrypted, read_private_keys
from concierge.login.saml.documents import SAML, SIGNATURE, Element, parsed
from concierge.login.saml.metadata import IdentityProvider
from concierge.login.saml.signature import verified
from tests.support.login_fakes import STUDIO_URL, FrontDoor
from tests.support.saml_idp import ROLE_SESSION_NAME, Edit, KeyPair, SamlIdp, Signing, edited, posted

Keys = tuple[rsa.RSAPrivateKey, ...]

XMLENC = "http://www.w3.org/2001/04/xmlenc#"
XMLENC_11 = "http://www.w3.org/2009/xmlenc11#"
SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
SHA256 = f"{XMLENC}sha256"
MGF1_SHA256 = f"{XMLENC_11}mgf1sha256"
ENDS_IN_ADVICE = ("</ns1:EncryptedAssertion>", "</ns1:EncryptedAssertion></ns1:Advice>")
WITH_SHA1 = hashes.SHA1()  # noqa: S303  # what OAEP uses unless it is told otherwise
WITH_SHA256 = hashes.SHA256()
SIGNED_INSIDE: tuple[Signing, ...] = ("nothing", "assertion")
SECOND_DATA = f'<ns1:EncryptedAssertion><e:EncryptedData xmlns:e="{XMLENC}"/>'
CLOSED = "</ns0:CipherValue></ns0:CipherData></ns0:EncryptedData>"
CONTENT = f"{ENCRYPTION}EncryptedData/{ENCRYPTION}CipherData/{ENCRYPTION}CipherValue"
WRAPPED_KEY = f"{ENCRYPTION}EncryptedData/{SIGNATURE}KeyInfo/{ENCRYPTION}EncryptedKey/{ENCRYPTION}CipherData/*"
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)


@pytest.fixture(scope="session")
def ours(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """The key that the identity provider encrypts for."""
    return KeyPair.create(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="session")
def keys(ours: KeyPair) -> Keys:
    return read_private_keys(ours.key.read_text())


@pytest.fixture(scope="session")
def stranger(impostor: SamlIdp) -> Keys:
    """A private key for which nothing was encrypted."""
    return read_private_keys(impostor.pair.key.read_text())


@pytest.fixture(scope="session")
def sealed(idp: SamlIdp, ours: KeyPair, signed: bytes) -> bytes:
    """Signed, then encrypted with AES-256-GCM and RSA-OAEP."""
    return by_xmlsec1(idp, signed, ours)


def by_xmlsec1(
    idp: SamlIdp,
    document: bytes,
    recipient: KeyPair,
    *,
    content: str = f"{XMLENC_11}aes256-gcm",
    transport: str = f"{XMLENC}rsa-oaep-mgf1p",
    session_key: str = "aes-256",
) -> bytes:
    """What pysaml2 does to encrypt: its template, filled by the program xmlsec1."""
    template = sigver.pre_encryption_part(
        msg_enc=content, key_enc=transport, encrypt_cert=recipient.certificate_text
    ).to_string()
    text = edited(
        document.decode(),
        ("<ns1:Assertion ", "<ns1:EncryptedAssertion><ns1:Assertion "),
        ("</ns1:Assertion>", "</ns1:Assertion></ns1:EncryptedAssertion>"),
    )
    backend = idp._server.sec.crypto
    result = backend.encrypt_assertion(text, str(recipient.certificate), template.decode(), key_type=session_key)
    return str(result).encode()


def self_contained(document: bytes) -> bytes:
    """The assertion declares the prefixes that it uses, which no signature notices."""
    prefixes = {"ns1": SAML, "ns2": SIGNATURE, "xsi": "{http://www.w3.org/2001/XMLSchema-instance}"}
    declared = " ".join(f'xmlns:{prefix}="{name[1:-1]}"' for prefix, name in prefixes.items())
    return edited(document.decode(), ("<ns1:Assertion ", f"<ns1:Assertion {declared} ")).encode()


def by_hand(
    document: bytes,
    public: rsa.RSAPublicKey,
    *,
    plaintext: bytes | None = None,
    key_bytes: int = 32,
    content: str = f"{XMLENC_11}aes256-gcm",
    method: str = f'<e:EncryptionMethod Algorithm="{XMLENC}rsa-oaep-mgf1p"/>',
    mask: hashes.HashAlgorithm | None = None,
    digest: hashes.HashAlgorithm | None = None,
) -> bytes:
    """For what xmlsec1 cannot or would not encrypt: other OAEP parameters, and texts that are no assertion."""
    start, end = document.index(b"<ns1:Assertion "), document.index(b"</ns1:Assertion>") + len(b"</ns1:Assertion>")
    content_key, iv = os.urandom(key_bytes), os.urandom(12)
    oaep = padding.OAEP(padding.MGF1(mask or WITH_SHA1), digest or WITH_SHA1, None)
    wrapped = base64.b64encode(public.encrypt(content_key, oaep)).decode()
    cipher = base64.b64encode(iv + AESGCM(content_key).encrypt(iv, plaintext or document[start:end], None)).decode()
    element = (
        f'<ns1:EncryptedAssertion><e:EncryptedData xmlns:e="{XMLENC}"><e:EncryptionMethod Algorithm="{content}"/>'
        f'<ns2:KeyInfo xmlns:ns2="{SIGNATURE[1:-1]}"><e:EncryptedKey>{method}'
        f"<e:CipherData><e:CipherValue>{wrapped}</e:CipherValue></e:CipherData></e:EncryptedKey></ns2:KeyInfo>"
        f"<e:CipherData><e:CipherValue>{cipher}</e:CipherValue></e:CipherData></e:EncryptedData>"
        "</ns1:EncryptedAssertion>"
    )
    return document[:start] + element.encode() + document[end:]


def oaep(name: str, digest: str = "", mask: str = "") -> str:
    """An EncryptionMethod of a key."""
    inner = f'<d:DigestMethod xmlns:d="{SIGNATURE[1:-1]}" Algorithm="{digest}"/>' if digest else ""
    inner += f'<f:MGF xmlns:f="{XMLENC_11}" Algorithm="{mask}"/>' if mask else ""
    return f'<e:EncryptionMethod Algorithm="{name}">{inner}</e:EncryptionMethod>'


def key_beside(document: bytes) -> bytes:
    """The encrypted key beside the data and named by the KeyInfo: how OpenSAML, and so Okta, places it."""
    root = etree.fromstring(document)
    encrypted = found(root, f"{SAML}EncryptedAssertion")
    info = found(encrypted, f"{ENCRYPTION}EncryptedData/{SIGNATURE}KeyInfo")
    key = info[0]
    encrypted.append(key)
    etree.SubElement(info, f"{SIGNATURE}RetrievalMethod", URI=f"#{key.get('Id')}", Type=f"{XMLENC}EncryptedKey")
    return etree.tostring(root)


def with_value(document: bytes, path: str, change: Callable[[bytes], bytes]) -> bytes:
    """One CipherValue decoded, changed and encoded again."""
    root = etree.fromstring(document)
    value = found(found(root, f"{SAML}EncryptedAssertion"), path)
    value.text = base64.b64encode(change(base64.b64decode(value.text or ""))).decode()
    return etree.tostring(root)


def found(element: Element, path: str) -> Element:
    child = element.find(path)
    assert child is not None, path
    return child


def signed_around(idp: SamlIdp, document: bytes) -> bytes:
    """The response signed as it is, its assertion encrypted or not."""
    identifier = etree.fromstring(document).get("ID", "")
    template = sigver.pre_signature_part(
        identifier,
        idp._server.sec.my_cert,
        9,
        sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        digest_alg=SHA256,
    ).to_string()
    text = document.decode().replace("</ns1:Issuer>", f"</ns1:Issuer>{template.decode()}", 1)
    return str(idp._server.sec.sign_statement(text, class_name(samlp.Response()), node_id=identifier)).encode()


def login_of(document: bytes, keys: Keys, provider: IdentityProvider, now: datetime) -> str:
    """Whom the signature vouches for, once the document was decrypted; raises LoginRefused."""
    claims = claims_of(verified(decrypted(parsed(document), keys), provider, now=now))
    return claims.attributes[ROLE_SESSION_NAME][0]


def refused(document: bytes, keys: Keys) -> str:
    """The reason code."""
    with pytest.raises(LoginRefused) as refusal:
        decrypted(parsed(document), keys)
    return refusal.value.reason


@pytest.mark.parametrize(("content", "session_key"), [("aes256-gcm", "aes-256"), ("aes128-gcm", "aes-128")])
def test_who_was_signed_and_then_encrypted_is_read(
    idp: SamlIdp,
    ours: KeyPair,
    keys: Keys,
    provider: IdentityProvider,
    now: datetime,
    content: str,
    session_key: str,
) -> None:
    document = by_xmlsec1(idp, idp.response(), ours, content=f"{XMLENC_11}{content}", session_key=session_key)
    assert b"Amara" not in document
    assert login_of(document, keys, provider, now) == "Amara.Okafor"


def test_the_assertion_may_declare_its_own_prefixes(
    idp: SamlIdp, ours: KeyPair, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    document = by_xmlsec1(idp, self_contained(idp.response()), ours)
    other_prefix = document.replace(b"xmlns:ns2=", b"xmlns:other=")
    assert document != other_prefix
    assert login_of(other_prefix, keys, provider, now) == "Amara.Okafor"


def test_the_key_may_stand_beside_the_data(
    sealed: bytes, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    assert login_of(key_beside(sealed), keys, provider, now) == "Amara.Okafor"


@pytest.mark.parametrize(
    ("method", "digest", "mask"),
    [
        (oaep(f"{XMLENC}rsa-oaep-mgf1p", SHA1), WITH_SHA1, WITH_SHA1),
        (oaep(f"{XMLENC}rsa-oaep-mgf1p", SHA256), WITH_SHA256, WITH_SHA1),
        (oaep(f"{XMLENC_11}rsa-oaep", SHA1, MGF1_SHA256), WITH_SHA1, WITH_SHA256),
        (oaep(f"{XMLENC_11}rsa-oaep", SHA256, MGF1_SHA256), WITH_SHA256, WITH_SHA256),
    ],
)
def test_oaep_is_done_as_the_document_says(
    signed: bytes,
    keys: Keys,
    provider: IdentityProvider,
    now: datetime,
    method: str,
    digest: hashes.HashAlgorithm,
    mask: hashes.HashAlgorithm,
) -> None:
    document = by_hand(signed, keys[0].public_key(), method=method, digest=digest, mask=mask)
    assert login_of(document, keys, provider, now) == "Amara.Okafor"


@pytest.mark.parametrize("order", [1, -1])
def test_while_keys_are_exchanged_both_decrypt(
    sealed: bytes, keys: Keys, stranger: Keys, provider: IdentityProvider, now: datetime, order: int
) -> None:
    assert login_of(sealed, (keys + stranger)[::order], provider, now) == "Amara.Okafor"


def test_a_response_in_the_clear_is_left_alone(signed: bytes, keys: Keys) -> None:
    response = parsed(signed)
    assert decrypted(response, keys) is response
    assert decrypted(response, ()) is response


def test_the_document_that_came_is_not_changed(sealed: bytes, keys: Keys) -> None:
    response = parsed(sealed)
    before = etree.tostring(response)
    assert decrypted(response, keys) is not response
    assert etree.tostring(response) == before


def test_without_keys_encryption_is_off(sealed: bytes) -> None:
    assert refused(sealed, ()) == "encrypted"


def test_encryption_does_not_replace_a_signature(
    idp: SamlIdp, impostor: SamlIdp, ours: KeyPair, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    """Everybody can encrypt for us."""
    changed = idp.response().replace(b"Amara.Okafor", b"Boss.OfAmara")
    for reason, document in [
        ("unsigned", idp.response(sign="nothing")),
        ("signature", impostor.response()),
        ("signature", changed),
    ]:
        with pytest.raises(LoginRefused) as refusal:
            login_of(by_xmlsec1(idp, document, ours), keys, provider, now)
        assert refusal.value.reason == reason


def test_what_pysaml2_encrypts_unless_it_is_told_otherwise_is_refused(
    idp: SamlIdp, ours: KeyPair, signed: bytes, keys: Keys
) -> None:
    default = by_xmlsec1(idp, signed, ours, content=sigver.TRIPLE_DES_CBC, session_key="des-192")
    assert refused(default, keys) == "encryption-algorithm"


@pytest.mark.parametrize(
    ("change", "session_key"),
    [
        ({"content": f"{XMLENC}aes128-cbc"}, "aes-128"),
        ({"content": f"{XMLENC}aes256-cbc"}, "aes-256"),
        ({"content": f"{XMLENC_11}aes192-gcm"}, "aes-192"),
        ({"transport": f"{XMLENC}rsa-1_5"}, "aes-256"),
    ],
)
def test_true_encryption_with_another_algorithm_is_refused(
    idp: SamlIdp, ours: KeyPair, signed: bytes, keys: Keys, change: dict[str, str], session_key: str
) -> None:
    with pytest.raises(LoginRefused, match=r"GCM|OAEP") as refusal:
        decrypted(parsed(by_xmlsec1(idp, signed, ours, session_key=session_key, **change)), keys)
    assert refusal.value.reason == "encryption-algorithm"


@pytest.mark.parametrize(
    "method",
    [
        oaep(f"{XMLENC}rsa-oaep-mgf1p", f"{XMLENC}sha512"),
        oaep(f"{XMLENC}rsa-oaep-mgf1p", SHA1, MGF1_SHA256),
        oaep(f"{XMLENC_11}rsa-oaep", SHA256),
        oaep(f"{XMLENC_11}rsa-oaep", SHA256, f"{XMLENC_11}mgf1sha1"),
        oaep(f"{XMLENC}kw-aes256"),
    ],
)
def test_other_ways_to_send_the_key_are_refused_by_their_name(signed: bytes, keys: Keys, method: str) -> None:
    assert refused(by_hand(signed, keys[0].public_key(), method=method), keys) == "encryption-algorithm"


@pytest.mark.parametrize(
    ("reason", "edits"),
    [
        ("assertion-count", [("</ns0:Response>", "<ns1:EncryptedAssertion/></ns0:Response>")]),
        ("assertion-count", [("</ns0:Response>", "<ns1:Assertion/></ns0:Response>")]),
        ("assertion-count", [("</ns0:Response>", '<x:Assertion xmlns:x="urn:x"/></ns0:Response>')]),
        ("assertion-count", [("<ns1:EncryptedAssertion>", "<ns1:Advice><ns1:EncryptedAssertion>"), ENDS_IN_ADVICE]),
        ("structure", [("ns1:EncryptedAssertion", "ns0:EncryptedAssertion")]),
        ("structure", [("<ns1:EncryptedAssertion>", SECOND_DATA)]),
        ("encryption-shape", [(f'Type="{XMLENC}Element"', f'Type="{XMLENC}Content"')]),
        ("encryption-shape", [("ns0:CipherValue", "ns0:CipherReference")]),
        ("encryption-shape", [("</ns1:EncryptedAssertion>", "<ns1:x/></ns1:EncryptedAssertion>")]),
        ("encryption-shape", [("</ns0:EncryptedData>", "<ns0:EncryptionProperties/></ns0:EncryptedData>")]),
        ("encryption-shape", [("</ns0:EncryptedKey>", "</ns0:EncryptedKey><ns0:EncryptedKey/>")]),
        ("encryption-shape", [("</ns0:EncryptedKey>", "</ns0:EncryptedKey><ns1:KeyName>k</ns1:KeyName>")]),
        ("encryption-shape", [('aes256-gcm"/>', 'aes256-gcm"><ns0:KeySize>8</ns0:KeySize></ns0:EncryptionMethod>')]),
        ("encryption-shape", [('mgf1p"/>', 'mgf1p"><ns0:OAEPparams>AA==</ns0:OAEPparams></ns0:EncryptionMethod>')]),
        ("too-large", [(CLOSED, "A" * 100_000 + CLOSED)]),
    ],
)
def test_an_encrypted_assertion_has_one_shape_only(
    sealed: bytes, stranger: Keys, reason: str, edits: list[Edit]
) -> None:
    """Which is judged before any key is used: this one would open nothing."""
    assert refused(edited(sealed.decode(), *edits).encode(), stranger) == reason


@pytest.mark.parametrize(
    "edit",
    [
        ('URI="#', 'URI="#x'),
        ('URI="#', 'URI="https://evil.example.com/'),
        (f'Type="{XMLENC}EncryptedKey"', 'Type="http://www.w3.org/2000/09/xmldsig#X509Data"'),
        ("RetrievalMethod ", "KeyName "),
        (f'Type="{XMLENC}EncryptedKey"/>', f'Type="{XMLENC}EncryptedKey"><x/></ns1:RetrievalMethod>'),
        ("</ns1:EncryptedAssertion>", f'<e:EncryptedKey xmlns:e="{XMLENC}"/></ns1:EncryptedAssertion>'),
    ],
)
def test_the_key_beside_the_data_is_the_one_that_is_named(sealed: bytes, keys: Keys, edit: Edit) -> None:
    assert refused(edited(key_beside(sealed).decode(), edit).encode(), keys) == "encryption-shape"


def test_a_key_beside_the_data_that_nothing_names_is_not_tried(sealed: bytes, keys: Keys) -> None:
    root = etree.fromstring(key_beside(sealed))
    info = found(root, f"{SAML}EncryptedAssertion/{ENCRYPTION}EncryptedData/{SIGNATURE}KeyInfo")
    info.remove(info[0])
    assert refused(etree.tostring(root), keys) == "encryption-shape"


def test_what_would_change_the_algorithm_unnoticed_is_refused(signed: bytes, keys: Keys) -> None:
    method = oaep(f"{XMLENC}rsa-oaep-mgf1p", SHA1).replace('sha1"/>', 'sha1"><x/></d:DigestMethod>')
    assert "<x/>" in method
    assert refused(by_hand(signed, keys[0].public_key(), method=method), keys) == "encryption-shape"


def test_every_failure_under_a_private_key_looks_the_same(
    signed: bytes, sealed: bytes, keys: Keys, stranger: Keys
) -> None:
    ours = keys[0].public_key()
    failures = [
        (sealed, stranger),
        (by_hand(signed, stranger[0].public_key()), keys),
        (by_hand(signed, ours, key_bytes=16), keys),
        (by_hand(signed, ours, content=f"{XMLENC_11}aes128-gcm"), keys),
        (by_hand(signed, ours, digest=WITH_SHA256), keys),
        (by_hand(signed, ours, mask=WITH_SHA256), keys),
        (with_value(sealed, CONTENT, lambda old: old[:-1]), keys),
        (with_value(sealed, CONTENT, lambda old: old[:28]), keys),
        (with_value(sealed, CONTENT, lambda old: old[:5]), keys),
        (with_value(sealed, WRAPPED_KEY, lambda old: old[:-1]), keys),
        (with_value(sealed, WRAPPED_KEY, lambda _: b"\xff" * 256), keys),
        (sealed.replace(b"<ns0:CipherValue>", b"<ns0:CipherValue>!"), keys),
    ]
    messages = set()
    for document, tried in failures:
        with pytest.raises(LoginRefused) as refusal:
            decrypted(parsed(document), tried)
        assert refusal.value.reason == "decryption"
        assert refusal.value.__cause__ is refusal.value.__context__ is None
        messages.add(str(refusal.value))
    assert len(messages) == 1


@SHARED
@given(data=st.data(), path=st.sampled_from([CONTENT, WRAPPED_KEY]), flipped=st.integers(min_value=1, max_value=255))
def test_any_one_byte_changed_gives_no_assertion(
    sealed: bytes, keys: Keys, data: st.DataObject, path: str, flipped: int
) -> None:
    def change(value: bytes) -> bytes:
        place = data.draw(st.integers(min_value=0, max_value=len(value) - 1))
        return value[:place] + bytes([value[place] ^ flipped]) + value[place + 1 :]

    assert refused(with_value(sealed, path, change), keys) == "decryption"


@pytest.mark.parametrize(
    ("reason", "plaintext"),
    [
        ("forbidden-markup", "<!DOCTYPE x><ns1:Assertion/>"),
        ("forbidden-markup", "<ns1:Assertion><!-- x --></ns1:Assertion>"),
        ("forbidden-markup", "<ns1:Assertion><![CDATA[x]]></ns1:Assertion>"),
        ("forbidden-markup", "<ns1:Assertion><?x y?></ns1:Assertion>"),
        ("forbidden-markup", '<?xml version="1.0"?><ns1:Assertion/>'),
        ("xml", "<ns1:Assertion>"),
        ("xml", "<unknown:Assertion/>"),
        ("xml", "<ns1:Assertion>&undefined;</ns1:Assertion>"),
        ("xml", "<ns1:Assertion/></ns0:Response><ns0:Response>"),
        ("too-large", f"<ns1:Assertion>{'<ns1:x/>' * 2_000}</ns1:Assertion>"),
        ("assertion-count", "nothing"),
        ("assertion-count", "<ns1:Issuer/>"),
        ("assertion-count", "<Assertion/>"),
        ("assertion-count", "<ns1:Assertion/><ns1:Assertion/>"),
        ("assertion-count", "<ns1:Assertion/><ns0:Status/>"),
        ("assertion-count", "<ns1:EncryptedAssertion/>"),
        ("assertion-count", "<ns1:Assertion><ns1:Advice><ns1:Assertion/></ns1:Advice></ns1:Assertion>"),
        ("assertion-count", "<ns1:Assertion><ns1:Advice><ns1:EncryptedAssertion/></ns1:Advice></ns1:Assertion>"),
    ],
)
def test_what_comes_out_is_as_strange_as_what_came_in(signed: bytes, keys: Keys, reason: str, plaintext: str) -> None:
    assert refused(by_hand(signed, keys[0].public_key(), plaintext=plaintext.encode()), keys) == reason


def test_what_comes_out_is_utf_8(signed: bytes, keys: Keys) -> None:
    plaintext = "<ns1:Assertion>ä</ns1:Assertion>".encode("latin-1")
    assert refused(by_hand(signed, keys[0].public_key(), plaintext=plaintext), keys) == "encoding"


def test_one_key_or_two_are_read_in_their_order(ours: KeyPair, idp: SamlIdp) -> None:
    one, other = ours.key.read_text(), idp.pair.key.read_text()
    read = read_private_keys(f"\n{one}\r\n{other}\n")
    assert [key.private_numbers() for key in read] == [
        read_private_keys(each)[0].private_numbers() for each in (one, other)
    ]


def test_keys_that_cannot_be_used_are_a_mistake_of_the_deployment(ours: KeyPair, tmp_path: Path) -> None:
    good = ours.key.read_text()
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(b"secret-password")
    unusable = [
        "",
        "not a key",
        good * 3,
        good + "note to self",
        "note to self" + good,
        good.replace("PRIVATE KEY", "PUBLIC KEY"),
        good.replace("M", "N", 3),
        good[:400] + "\n-----END PRIVATE KEY-----\n",
        ours.certificate.read_text(),
        KeyPair.create(tmp_path, bits=1024).key.read_text(),
        pem(curve),
        pem(load(good), locked),
        pem(load(good), locked, serialization.PrivateFormat.TraditionalOpenSSL),
    ]
    for text in unusable:
        with pytest.raises(SettingsError, match="decryption key") as mistake:
            read_private_keys(text)
        assert mistake.value.__cause__ is mistake.value.__context__ is None
        assert not any(line in str(mistake.value) for line in text.splitlines() if line)


def load(text: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(text.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    lock: serialization.KeySerializationEncryption | None = None,
    form: serialization.PrivateFormat = serialization.PrivateFormat.PKCS8,
) -> str:
    return key.private_bytes(serialization.Encoding.PEM, form, lock or serialization.NoEncryption()).decode()


def test_a_signature_around_the_encrypted_assertion_vouches_for_what_is_inside(
    idp: SamlIdp, ours: KeyPair, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    for sign in SIGNED_INSIDE:
        document = signed_around(idp, by_xmlsec1(idp, self_contained(idp.response(sign=sign)), ours))
        result = verified(parsed(document), provider, now=now, keys=keys)
        assert result.envelope_is_signed
        assert claims_of(result).attributes[ROLE_SESSION_NAME] == ("Amara.Okafor",)


def test_within_a_signed_response_the_assertion_declares_its_own_prefixes(
    idp: SamlIdp, sealed: bytes, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    """Exclusive canonicalization leaves unused prefixes unsigned: whoever changed them would change what is read."""
    with pytest.raises(LoginRefused) as refusal:
        verified(parsed(signed_around(idp, sealed)), provider, now=now, keys=keys)
    assert refusal.value.reason == "xml"


def test_an_unsigned_envelope_stays_unsigned(
    sealed: bytes, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    assert not verified(parsed(sealed), provider, now=now, keys=keys).envelope_is_signed


def test_encryption_stays_off_around_every_signature(
    idp: SamlIdp, sealed: bytes, provider: IdentityProvider, now: datetime
) -> None:
    for document in (sealed, signed_around(idp, sealed)):
        with pytest.raises(LoginRefused) as refusal:
            verified(parsed(document), provider, now=now)
        assert refusal.value.reason == "encrypted"


def test_nobody_gets_in_with_a_signature_that_covers_something_else(
    idp: SamlIdp, impostor: SamlIdp, ours: KeyPair, keys: Keys, provider: IdentityProvider, now: datetime
) -> None:
    """Each of these documents can be decrypted; each has a signature that is missing, foreign or of another form."""
    unsigned = by_xmlsec1(idp, idp.response(sign="nothing"), ours)
    good = signed_around(idp, by_xmlsec1(idp, self_contained(idp.response(sign="nothing")), ours))
    other = by_xmlsec1(idp, idp.response("Boss.OfAmara", sign="nothing"), ours)
    foreign_inside = by_xmlsec1(impostor, self_contained(impostor.response()), ours)
    attempts = {
        "no signature at all": ("unsigned", unsigned),
        "another assertion put into a signed response": ("signature", with_encrypted_of(good, other)),
        "signed in the clear, encrypted afterwards": (
            "signature",
            by_xmlsec1(idp, idp.response(sign="response"), ours),
        ),
        "a stranger signed around": ("signature", signed_around(impostor, by_xmlsec1(idp, idp.response(), ours))),
        "a stranger signed inside": ("signature", signed_around(idp, foreign_inside)),
        "two elements that answer to one reference": ("repeated-id", re.sub(rb' Id="E[DK]_[^"]+"', b' Id="x"', good)),
        "the signature moved into the encryption": ("signature-place", with_signature_inside(good)),
    }
    for what, (reason, document) in attempts.items():
        with pytest.raises(LoginRefused) as refusal:
            verified(parsed(document), provider, now=now, keys=keys)
        assert refusal.value.reason == reason, what


def with_encrypted_of(document: bytes, other: bytes) -> bytes:
    path = f"{SAML}EncryptedAssertion"
    root = etree.fromstring(document)
    root.replace(found(root, path), found(etree.fromstring(other), path))
    return etree.tostring(root)


def with_signature_inside(document: bytes) -> bytes:
    root = etree.fromstring(document)
    found(root, f"{SAML}EncryptedAssertion").append(found(root, f"{SIGNATURE}Signature"))
    return etree.tostring(root)


def test_an_encrypted_login_goes_through_the_front_door_where_that_is_switched_on(
    sealed: bytes, keys: Keys, door: FrontDoor, now: datetime
) -> None:
    with pytest.raises(LoginRefused, match="encrypted"):
        door.enter(posted(sealed), now=now)
    assert door.was_left_alone
    door.decryption.keys = tuple(keys)
    assert door.enter(posted(sealed), now=now) == STUDIO_URL
    assert door.sts.documents == [sealed]  # STS opens it with its own copy of the key
