"""An identity provider as companies run one: pysaml2 builds the responses, xmlsec1 signs them."""

from __future__ import annotations

import base64
import shutil
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

with warnings.catch_warnings():
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # pysaml2 names ciphers that cryptography has moved
    from saml2 import (  # type: ignore[import-untyped]  # pysaml2 carries no types
        BINDING_HTTP_POST,
        BINDING_HTTP_REDIRECT,
        class_name,
        config,
        metadata,
        saml,
        samlp,
        server,
        sigver,
        xmldsig,
    )

ENTITY_ID = "https://idp.example.com/saml"
ROLE = "https://aws.amazon.com/SAML/Attributes/Role"
ROLE_SESSION_NAME = "https://aws.amazon.com/SAML/Attributes/RoleSessionName"

Signing = Literal["assertion", "response", "both", "nothing"]
Edit = tuple[str, str]

_ADDRESSES = [(f"{ENTITY_ID}/post", BINDING_HTTP_POST), (f"{ENTITY_ID}/sso", BINDING_HTTP_REDIRECT)]
_AUTHENTICATION = {"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A private key and its certificate, as PEM files."""

    key: Path
    certificate: Path

    @classmethod
    def create(cls, folder: Path, *, days: int = 30, bits: int = 2048) -> KeyPair:
        """Valid from two days ago for `days` days."""
        private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
        start = datetime.now(UTC) - timedelta(days=2)
        certificate = (
            x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .sign(private, hashes.SHA256())
        )
        pair = cls(key=folder / "key.pem", certificate=folder / "certificate.pem")
        pair.key.write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return pair

    @property
    def certificate_text(self) -> str:
        """The certificate in base64, without header and line ends."""
        return "".join(self.certificate.read_text().splitlines()[1:-1])


class SamlIdp:
    """Issues responses for one application, AWS, at one ACS URL."""

    def __init__(self, pair: KeyPair, *, acs: str, role_pair: str) -> None:
        program = shutil.which("xmlsec1")
        if program is None:
            pytest.skip("the program xmlsec1 is not installed; pysaml2 signs with it")
        self.pair = pair
        self.acs = acs
        self.role_pair = role_pair
        settings = config.IdPConfig().load(
            {
                "entityid": ENTITY_ID,
                "xmlsec_binary": program,
                "key_file": str(pair.key),
                "cert_file": str(pair.certificate),
                "metadata": {"inline": [_application(acs)]},
                "service": {"idp": {"endpoints": {"single_sign_on_service": _ADDRESSES}}},
            }
        )
        self.metadata = str(metadata.entity_descriptor(settings))
        self._server = server.Server(config=settings)

    def response(
        self,
        login: str = "Amara.Okafor",
        *,
        sign: Signing = "assertion",
        edits: Sequence[Edit] = (),
        signature_algorithm: str = xmldsig.SIG_RSA_SHA256,
        digest_algorithm: str = xmldsig.DIGEST_SHA256,
        in_response_to: str | None = None,
    ) -> bytes:
        """A response for the person, issued now; `edits` are made before it is signed, so the signature holds."""
        unsigned = self._server.create_authn_response(
            {ROLE: [self.role_pair], ROLE_SESSION_NAME: [login]},
            in_response_to,
            self.acs,
            "urn:amazon:webservices",
            name_id=saml.NameID(format=saml.NAMEID_FORMAT_PERSISTENT, text="a1b2c3"),
            authn=_AUTHENTICATION,
            sign_response=False,
            sign_assertion=False,
        )
        signers: list[Any] = []
        if sign in ("assertion", "both"):
            signers.append(unsigned.assertion)
        if sign in ("response", "both"):
            signers.append(unsigned)
        for number, each in enumerate(signers, start=1):
            each.signature = sigver.pre_signature_part(
                each.id,
                self._server.sec.my_cert,
                number,
                sign_alg=signature_algorithm,
                digest_alg=digest_algorithm,
            )
        text = edited(str(unsigned), *edits)
        for each in signers:  # the assertion first: the response's signature covers it
            name = class_name(saml.Assertion() if each is unsigned.assertion else samlp.Response())
            text = self._server.sec.sign_statement(text, name, node_id=each.id)
        return text.encode()


def edited(text: str, *edits: Edit) -> str:
    """Every edit must find what it replaces, or the test would test nothing."""
    for old, new in edits:
        assert old in text, f"{old!r} is not in the document"
        text = text.replace(old, new)
    return text


def posted(document: bytes) -> str:
    """The value of the form field SAMLResponse."""
    return base64.b64encode(document).decode()


def _application(acs: str) -> str:
    return (
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="urn:amazon:webservices">'
        '<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        f'<AssertionConsumerService index="1" Binding="{BINDING_HTTP_POST}" Location="{acs}"/>'
        "</SPSSODescriptor></EntityDescriptor>"
    )
