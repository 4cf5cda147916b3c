"""A company's identity provider as it is after years: one entity, several installations, several keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from tests.support.identity_providers.protocol import RealIdp
from tests.support.identity_providers.software import NAMES, started
from tests.support.saml_idp import ENTITY_ID, KeyPair

_MD = "urn:oasis:names:tc:SAML:2.0:metadata"
_SSO = "https://idp.example.com/sso"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`idps` by the software's name; their keys, and the next three, are in the metadata.

    elliptic: signs as well as the others.
    expired:  nobody may sign with it any more, although the metadata still holds its certificate.
    weak:     RSA of 1,024 bits, in the metadata.
    impostor: in no metadata.
    """

    idps: Mapping[str, RealIdp]
    elliptic: KeyPair
    expired: KeyPair
    weak: KeyPair
    impostor: KeyPair

    @classmethod
    def build(cls, folder: Path) -> Self:
        """Starts the software, with new keys."""

        def pair(name: str, *, days: int = 30, bits: int = 2048) -> KeyPair:
            (folder / name).mkdir()
            return KeyPair.create(folder / name, days=days, bits=bits)

        idps: dict[str, RealIdp] = {}
        try:
            for name in NAMES:
                idps[name] = started(name, pair(name))
        except BaseException:  # a skipped test, too, must leave nothing running
            _close(idps)
            raise
        return cls(
            idps=idps,
            elliptic=_elliptic(folder),
            expired=pair("expired", days=1),
            weak=pair("weak", bits=1024),
            impostor=pair("impostor"),
        )

    @property
    def metadata(self) -> str:
        """What each software says of its key, in one document, with the endpoints of the portal in front of them."""
        keys = [
            etree.tostring(key, encoding="unicode")
            for idp in self.idps.values()
            for key in etree.fromstring(idp.metadata.encode()).iterfind(f".//{{{_MD}}}KeyDescriptor")
            if key.get("use") == "signing"
        ]
        keys += [_descriptor(pair.certificate_text) for pair in (self.expired, self.weak, self.elliptic)]
        return (
            f'<md:EntityDescriptor xmlns:md="{_MD}" entityID="{ENTITY_ID}">'
            '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            f"{''.join(keys)}"
            f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="{_SSO}"/>'
            f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{_SSO}"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        )

    def close(self) -> None:
        """Ends the software."""
        _close(self.idps)


def _close(idps: Mapping[str, RealIdp]) -> None:
    for idp in idps.values():
        idp.close()


def _descriptor(certificate: str) -> str:
    return (
        '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
        f"<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def _elliptic(folder: Path) -> KeyPair:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.example.com")])
    start = datetime.now(UTC) - timedelta(days=2)
    certificate = (
        x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=30))
        .sign(private, hashes.SHA256())
    )
    (folder / "elliptic").mkdir()
    pair = KeyPair(key=folder / "elliptic" / "key.pem", certificate=folder / "elliptic" / "certificate.pem")
    pair.key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return pair
