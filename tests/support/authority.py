"""A certification authority for one test: its certificate, and a server's with its key."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lab CA")])


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The authority's certificate, and the server's with its key; all as PEM."""

    ca: str
    certificate: str
    key: str

    @classmethod
    def made(cls, *hosts: str) -> Authority:
        """For a server of these names and addresses; the first one is its subject."""
        ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        ca = _certificate(_NAME, ca_key).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        ca = ca.add_extension(_USAGE, critical=True)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        names = x509.SubjectAlternativeName([_general_name(each) for each in hosts])
        server = _certificate(subject, server_key).add_extension(names, critical=False)
        signed = (each.sign(ca_key, hashes.SHA256()) for each in (ca, server))
        ca_pem, server_pem = (each.public_bytes(serialization.Encoding.PEM).decode() for each in signed)
        key = server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        return cls(ca=ca_pem, certificate=server_pem, key=key.decode())


_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(_NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
