"""A demonstration identity provider: a key, metadata, and signed SAML responses. Not for production."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from xml.sax.saxutils import escape as xml

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"


class DemoIdp:
    """`metadata` is for the IAM SAML provider; `response` signs what AWS expects (IAM User Guide, "Configure SAML
    assertions for the authentication response")."""

    def __init__(self, entity_id: str) -> None:
        self.entity_id = entity_id
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demonstration identity provider")])
        now = datetime.now(UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(self._key, hashes.SHA256())
        )

    @property
    def metadata(self) -> str:
        """SAML 2.0 metadata with the signing certificate."""
        der = base64.b64encode(self._certificate.public_bytes(serialization.Encoding.DER)).decode()
        return (
            f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{xml(self.entity_id)}">'
            '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
            f"<ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            "</md:KeyDescriptor><md:SingleSignOnService "
            'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/>'
            "</md:IDPSSODescriptor></md:EntityDescriptor>"
        )

    def response(
        self,
        login: str,
        acs_url: str,
        role_arn: str,
        provider_arn: str,
        now: datetime,
        *,
        session_tags: Mapping[str, str] | None = None,
    ) -> str:
        """A response for a person, issued now, its assertion signed; in base64, as a browser posts it."""
        assertion = self._assertion(login, acs_url, f"{role_arn},{provider_arn}", now, session_tags or {})
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signed = signer.sign(
            assertion,
            key=self._key,
            cert=[self._certificate],
            reference_uri=f"#{assertion.get('ID')}",
            id_attribute="ID",
        )
        response = etree.fromstring(
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
            f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4().hex}" Version="2.0" '
            f'IssueInstant="{now.strftime(_TIME)}" Destination="{xml(acs_url)}">'
            f"<saml:Issuer>{xml(self.entity_id)}</saml:Issuer><samlp:Status>"
            '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>'
        )
        response.append(signed)
        return base64.b64encode(etree.tostring(response)).decode()

    def _assertion(
        self, login: str, acs_url: str, role_pair: str, now: datetime, session_tags: Mapping[str, str]
    ) -> etree._Element:
        until = (now + timedelta(minutes=5)).strftime(_TIME)
        attributes = {f"{_ATTRIBUTES}Role": role_pair, f"{_ATTRIBUTES}RoleSessionName": login}
        attributes |= {f"{_ATTRIBUTES}PrincipalTag:{key}": value for key, value in session_tags.items()}
        statement = "".join(
            f'<saml:Attribute Name="{xml(name)}"><saml:AttributeValue>{xml(value)}</saml:AttributeValue>'
            "</saml:Attribute>"
            for name, value in attributes.items()
        )
        return etree.fromstring(
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
            f'ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{now.strftime(_TIME)}">'
            f"<saml:Issuer>{xml(self.entity_id)}</saml:Issuer>"
            '<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
            f"{xml(login)}</saml:NameID>"
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{xml(acs_url)}"/>'
            "</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{(now - timedelta(seconds=30)).strftime(_TIME)}" NotOnOrAfter="{until}">'
            "<saml:AudienceRestriction><saml:Audience>urn:amazon:webservices</saml:Audience>"
            "</saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{now.strftime(_TIME)}"><saml:AuthnContext>'
            "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
            "</saml:AuthnContext></saml:AuthnStatement>"
            f"<saml:AttributeStatement>{statement}</saml:AttributeStatement></saml:Assertion>"
        )


def post_form(acs_url: str, saml_response: str) -> str:
    """The page with which an identity provider sends the browser on (SAML HTTP POST binding)."""
    return (
        f'<!doctype html><html lang="en"><title>Log in</title><form method="post" action="{escape(acs_url)}">'
        f'<input type="hidden" name="SAMLResponse" value="{escape(saml_response)}">'
        "<button>Log in to Studio</button></form></html>"
    )
