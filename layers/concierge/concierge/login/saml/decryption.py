"""An encrypted assertion -> the assertion, for the private keys that an administrator configured.

XML encryption says nothing about who encrypted: everybody has the public key. So what comes out of here is as strange
as what came in: it is parsed with the same limits, and nothing is read from it before a signature was verified.

Only authenticated encryption is decrypted (AES-GCM, after RSA-OAEP). With CBC or RSA 1.5 whoever may ask again and
again learns the plaintext from what is refused. What is wrong with the public part of a document is said by name;
what fails under a private key has one reason, wherever it fails.

Sources: XML Encryption 1.1 (W3C xmlenc-core1), SAML 2.0 core 2.3.4 and 6.
"""

from __future__ import annotations

import base64
import copy
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from concierge.errors import LoginRefused, SettingsError
from concierge.login.saml.documents import (
    SAML,
    SIGNATURE,
    Element,
    attribute_of,
    only_child,
    optional_child,
    parsed,
    text_of,
)

ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}"
ENCRYPTION_11 = "{http://www.w3.org/2009/xmlenc11#}"

_ELEMENT = "http://www.w3.org/2001/04/xmlenc#Element"
_ENCRYPTED_KEY = "http://www.w3.org/2001/04/xmlenc#EncryptedKey"
_CONTENT_KEY_BYTES = {
    "http://www.w3.org/2009/xmlenc11#aes128-gcm": 16,
    "http://www.w3.org/2009/xmlenc11#aes256-gcm": 32,
}
_OAEP_MGF1P = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
_OAEP = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
_MGF1_SHA256 = "http://www.w3.org/2009/xmlenc11#mgf1sha256"
_SHA1 = "http://www.w3.org/2000/09/xmldsig#sha1"
_DIGESTS: Mapping[str, hashes.HashAlgorithm] = {
    # Inside OAEP nothing rests on collisions, and most identity providers send no other.
    _SHA1: hashes.SHA1(),  # noqa: S303
    "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256(),
}
_MASKS: Mapping[tuple[str, str | None], hashes.HashAlgorithm] = {
    (_OAEP_MGF1P, None): hashes.SHA1(),  # noqa: S303  # fixed by the algorithm's name (xmlenc-core1, 5.5.2)
    (_OAEP, _MGF1_SHA256): hashes.SHA256(),
}
_IV_BYTES = 12  # the content is IV, ciphertext and tag in one (xmlenc-core1, 5.2.4)
_MAX_BASE64 = 100_000  # characters; no more fits into the response around it

_WEAKEST_RSA = 2048  # bits
_MOST_KEYS = 2  # an IAM SAML provider holds no more either (GetSAMLProvider, PrivateKeyList)
_PEM_BLOCK = re.compile(r"\s*(-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----)\s*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """The public part of an encrypted assertion, in the one shape that is read; both texts are base64."""

    key_bytes: int
    transport: padding.OAEP
    wrapped_key: str
    content: str


def read_private_keys(pem: str) -> tuple[rsa.RSAPrivateKey, ...]:
    """One or two unencrypted PEM blocks, the current key and the next; raises SettingsError, which quotes nothing."""
    blocks = _PEM_BLOCK.findall(pem)
    if not 1 <= len(blocks) <= _MOST_KEYS or _PEM_BLOCK.sub("", pem):
        raise SettingsError(f"the decryption keys must be 1 to {_MOST_KEYS} PEM blocks and nothing else")
    return tuple(_private_key(block) for block in blocks)


def is_encrypted(response: Element, keys: Sequence[rsa.RSAPrivateKey]) -> bool:
    """Whether the response holds one encrypted assertion in the place of its assertion.

    Raises LoginRefused: "encrypted" if there are no keys, which is how decryption is off; "assertion-count" if there
    are several, if it stands elsewhere, or if there is an assertion beside it.
    """
    encrypted = list(response.iter("{*}EncryptedAssertion"))
    if not encrypted:
        return False
    if not keys:
        raise LoginRefused("encrypted", "encrypted assertions are not read")
    several = len(encrypted) != 1 or next(response.iter("{*}Assertion"), None) is not None
    if several or encrypted[0].getparent() is not response:
        raise LoginRefused("assertion-count", "an encrypted assertion must be the only assertion of the response")
    return True


def decrypted(response: Element, keys: Sequence[rsa.RSAPrivateKey]) -> Element:
    """A copy of the response with the assertion in place of the encrypted one; as it is if nothing is encrypted.

    No signature was verified, and one of the response itself cannot be any more: it covers the encrypted form.
    Every key is tried. Raises LoginRefused: "encrypted", "assertion-count", "encryption-shape",
    "encryption-algorithm", "decryption", and what `documents.parsed` raises for the document that comes out.
    """
    if not is_encrypted(response, keys):
        return response
    encrypted = only_child(response, f"{SAML}EncryptedAssertion")
    assertion = _opened(_sealed(encrypted), keys)
    return _with_assertion(response, response.index(encrypted), assertion)


def _private_key(block: str) -> rsa.RSAPrivateKey:
    try:
        key = load_pem_private_key(block.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _WEAKEST_RSA:
        raise SettingsError(
            f"each decryption key must be an RSA private key of at least {_WEAKEST_RSA} bits without a password"
        )
    return key


def _sealed(encrypted: Element) -> _Sealed:
    """Reads what everybody can read; raises LoginRefused for every choice that is not one of ours."""
    data = only_child(encrypted, f"{ENCRYPTION}EncryptedData")
    key_bytes = _CONTENT_KEY_BYTES.get(attribute_of(_method(data), "Algorithm"))
    if key_bytes is None:
        raise LoginRefused("encryption-algorithm", "the assertion must be encrypted with AES-256-GCM or AES-128-GCM")
    key = _encrypted_key(encrypted, data)
    _require_children(_method(data))
    _require_children(data, f"{ENCRYPTION}EncryptionMethod", f"{SIGNATURE}KeyInfo", f"{ENCRYPTION}CipherData")
    if data.get("Type", _ELEMENT) != _ELEMENT:
        raise LoginRefused("encryption-shape", "the encrypted data is not an element")
    return _Sealed(
        key_bytes=key_bytes,
        transport=_transport(_method(key)),
        wrapped_key=_cipher_value(key),
        content=_cipher_value(data),
    )


def _encrypted_key(encrypted: Element, data: Element) -> Element:
    """The one encrypted key: inside the KeyInfo, or beside the data if the KeyInfo refers to it.

    Whose key it is, is a hint of whoever wrote the document; it is not read.
    """
    hints = list(only_child(data, f"{SIGNATURE}KeyInfo"))
    beside = list(encrypted)[1:]
    match [each.tag for each in hints + beside]:
        case [tag] if tag == f"{ENCRYPTION}EncryptedKey" and not beside:
            return hints[0]
        case [method, tag] if (method, tag) == (f"{SIGNATURE}RetrievalMethod", f"{ENCRYPTION}EncryptedKey") and beside:
            _require_reference(hints[0], beside[0])
            return beside[0]
        case _:
            raise LoginRefused("encryption-shape", "there must be one encrypted key, in the KeyInfo or named by it")


def _require_reference(retrieval: Element, key: Element) -> None:
    _require_children(retrieval)
    if retrieval.get("URI") != f"#{attribute_of(key, 'Id')}" or retrieval.get("Type", _ENCRYPTED_KEY) != _ENCRYPTED_KEY:
        raise LoginRefused("encryption-shape", "the KeyInfo does not refer to the encrypted key")


def _transport(method: Element) -> padding.OAEP:
    digest = optional_child(method, f"{SIGNATURE}DigestMethod")
    mask = optional_child(method, f"{ENCRYPTION_11}MGF")
    known = [each for each in (digest, mask) if each is not None]
    hashed = _DIGESTS.get(_SHA1 if digest is None else attribute_of(digest, "Algorithm"))
    masked = _MASKS.get(
        (attribute_of(method, "Algorithm"), None if mask is None else attribute_of(mask, "Algorithm")),
    )
    if hashed is None or masked is None:
        raise LoginRefused(
            "encryption-algorithm",
            "the key must be encrypted with RSA-OAEP: rsa-oaep-mgf1p with SHA-1 or SHA-256, or rsa-oaep of XML"
            " encryption 1.1 with MGF1 and SHA-256",
        )
    if len(method) != len(known):  # OAEPparams, which no identity provider sends
        raise LoginRefused("encryption-shape", "the encryption has unusual parts")
    for each in known:
        _require_children(each)
    return padding.OAEP(mgf=padding.MGF1(masked), algorithm=hashed, label=None)


def _method(encrypted: Element) -> Element:
    return only_child(encrypted, f"{ENCRYPTION}EncryptionMethod")


def _cipher_value(encrypted: Element) -> str:
    """The base64 in the document itself; a CipherReference would make us fetch what somebody else names."""
    holder = only_child(encrypted, f"{ENCRYPTION}CipherData")
    _require_children(holder, f"{ENCRYPTION}CipherValue")
    text = text_of(holder[0])
    if len(text) > _MAX_BASE64:
        raise LoginRefused("too-large", f"an encrypted part has more than {_MAX_BASE64} characters")
    return "".join(text.split())


def _require_children(element: Element, *tags: str) -> None:
    if [child.tag for child in element] != list(tags):
        raise LoginRefused("encryption-shape", "the encryption has unusual parts")


def _opened(sealed: _Sealed, keys: Sequence[rsa.RSAPrivateKey]) -> bytes:
    for key in keys:
        plaintext = _opened_with(key, sealed)
        if plaintext is not None:
            return plaintext
    raise LoginRefused("decryption", "no decryption key opens the assertion, or it was changed on its way")


def _opened_with(key: rsa.RSAPrivateKey, sealed: _Sealed) -> bytes | None:
    try:
        content = base64.b64decode(sealed.content, validate=True)
        content_key = key.decrypt(base64.b64decode(sealed.wrapped_key, validate=True), sealed.transport)
        if len(content_key) != sealed.key_bytes:
            return None
        return AESGCM(content_key).decrypt(content[:_IV_BYTES], content[_IV_BYTES:], None)
    except (ValueError, InvalidTag):
        return None


def _with_assertion(response: Element, place: int, assertion: bytes) -> Element:
    """The document as it would have been sent in the clear, read as if it had been.

    The text is put into the text of the response, because it may use prefixes that are declared there (xmlenc-core1,
    4.4), and a prefix that changed would break its signature. The place is a child of the root: a text that closes the
    root leaves no well-formed document.
    """
    opened = copy.deepcopy(response)
    mark = f"place-{secrets.token_hex(16)}"
    opened.replace(opened[place], etree.Element(mark))
    before, after = etree.tostring(opened, encoding="utf-8", xml_declaration=False).split(f"<{mark}/>".encode())
    document = parsed(before + assertion + after)
    if len(document) != len(response) or document[place].tag != f"{SAML}Assertion":
        raise LoginRefused("assertion-count", "what was encrypted is not one assertion")
    if len(list(document.iter("{*}Assertion", "{*}EncryptedAssertion"))) != 1:
        raise LoginRefused("assertion-count", "the encrypted assertion holds another one")
    return document
