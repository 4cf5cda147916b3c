"""The certificates of a stand-in for AWS on 127.0.0.1: an authority for one run, and a server that it vouches for."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_HOST = ipaddress.ip_address("127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """As PEM: the authority's certificate; the server's with its key, as `ssl` loads them from one file."""

    authority: str
    server: str


def certificates() -> Certificates:
    """New ones, valid for a day."""
    ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name, server_name = _name("Benchmark CA"), _name(str(_HOST))
    ca = _certificate(ca_name, ca_name, ca_key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(_HOST)])
    server = _certificate(server_name, ca_name, server_key).add_extension(names, critical=False)
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    authority_pem, server_pem = (_signed(each, ca_key) for each in (ca, server))
    return Certificates(authority=authority_pem, server=server_pem + key.decode())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    validity = now - timedelta(days=1), now + timedelta(days=1)
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), *validity)


def _signed(certificate: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> str:
    return certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
