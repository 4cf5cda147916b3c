"""A demonstration identity provider: a key, metadata, and signed SAML responses. Not for production."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import TypedDict, Unpack
from xml.sax.saxutils import escape as text
from xml.sax.saxutils import quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, SignatureConstructionMethod
from signxml.signer import XMLSigner

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
_VALID = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC))  # whatever a stack's clock may say


class Overrides(TypedDict, total=False):
    """What a response says instead of the usual.

    session_name:        RoleSessionName; the login if not given.
    issuer, audience:    as named in SAML; the provider's entity id and `urn:amazon:webservices` if not given.
    recipient:           of the subject confirmation; the ACS URL if not given.
    lifetime:            from now until NotOnOrAfter, of both confirmation and conditions; 5 minutes if not given.
    session_ends:        SessionNotOnOrAfter; none if not given.
    in_response_to:      ID of the request that is answered, in both places; unsolicited if not given.
    attributes:          further attributes, by full name.
    """

    session_name: str
    issuer: str
    audience: str
    recipient: str
    lifetime: timedelta
    session_ends: datetime
    in_response_to: str
    attributes: Mapping[str, Sequence[str]]


class DemoIdp:
    """`metadata` is for the IAM SAML provider; `response` signs what AWS expects (IAM User Guide, "Configure SAML
    assertions for the authentication response"). Each one has a key of its own.

    suggests: the login that its pages propose; empty for none.
    """

    def __init__(self, entity_id: str, *, suggests: str = "") -> None:
        self.entity_id = entity_id
        self.suggests = suggests
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Demonstration identity provider")])
        self._certificate = x509.CertificateBuilder(
            name, name, self._key.public_key(), x509.random_serial_number(), *_VALID
        ).sign(self._key, hashes.SHA256())

    @property
    def metadata(self) -> str:
        """SAML 2.0 metadata with the signing certificate, and no address where logins may start."""
        return self._metadata("HTTP-POST", "https://idp.example.com/sso")

    def metadata_at(self, sso_url: str) -> str:
        """The same; logins may start at `sso_url`, over HTTP-Redirect."""
        return self._metadata("HTTP-Redirect", sso_url)

    def _metadata(self, binding: str, sso_url: str) -> str:
        der = base64.b64encode(self._certificate.public_bytes(serialization.Encoding.DER)).decode()
        return (
            '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
            f"entityID={quoteattr(self.entity_id)}>"
            '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
            f"<ds:X509Data><ds:X509Certificate>{der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
            "</md:KeyDescriptor><md:SingleSignOnService "
            f'Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location={quoteattr(sso_url)}/>'
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
        **overrides: Unpack[Overrides],
    ) -> str:
        """A response for a person, issued now, its assertion signed; in base64, as a browser posts it."""
        attributes = {
            f"{_ATTRIBUTES}Role": [f"{role_arn},{provider_arn}"],
            f"{_ATTRIBUTES}RoleSessionName": [overrides.get("session_name", login)],
            **{f"{_ATTRIBUTES}PrincipalTag:{key}": [value] for key, value in (session_tags or {}).items()},
            **overrides.get("attributes", {}),
        }
        response = etree.fromstring(
            '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
            f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_{uuid.uuid4().hex}" Version="2.0" '
            f'IssueInstant="{now.strftime(_TIME)}" Destination={quoteattr(acs_url)}{_answering(overrides)}>'
            f"<saml:Issuer>{text(overrides.get('issuer', self.entity_id))}</saml:Issuer><samlp:Status>"
            '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>'
        )
        response.append(self._signed(self._assertion(login, acs_url, now, attributes, overrides)))
        return base64.b64encode(etree.tostring(response)).decode()

    def _signed(self, assertion: etree._Element) -> etree._Element:
        """RSA with SHA-256 over the exclusive canonical form."""
        signer = XMLSigner(
            method=SignatureConstructionMethod.enveloped,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        return signer.sign(
            assertion,
            key=self._key,
            cert=[self._certificate],
            reference_uri=f"#{assertion.get('ID')}",
            id_attribute="ID",
        )

    def _assertion(
        self,
        login: str,
        acs_url: str,
        now: datetime,
        attributes: Mapping[str, Sequence[str]],
        overrides: Overrides,
    ) -> etree._Element:
        until = (now + overrides.get("lifetime", timedelta(minutes=5))).strftime(_TIME)
        ends = overrides.get("session_ends")
        session = f' SessionNotOnOrAfter="{ends.strftime(_TIME)}"' if ends else ""
        return etree.fromstring(
            '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" '
            f'ID="_{uuid.uuid4().hex}" Version="2.0" IssueInstant="{now.strftime(_TIME)}">'
            f"<saml:Issuer>{text(overrides.get('issuer', self.entity_id))}</saml:Issuer>"
            '<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">'
            f"{text(login)}</saml:NameID>"
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{until}" '
            f"Recipient={quoteattr(overrides.get('recipient', acs_url))}{_answering(overrides)}/>"
            "</saml:SubjectConfirmation></saml:Subject>"
            f'<saml:Conditions NotBefore="{(now - timedelta(seconds=30)).strftime(_TIME)}" NotOnOrAfter="{until}">'
            f"<saml:AudienceRestriction><saml:Audience>{text(overrides.get('audience', 'urn:amazon:webservices'))}"
            "</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{now.strftime(_TIME)}"{session}><saml:AuthnContext>'
            "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>"
            "</saml:AuthnContext></saml:AuthnStatement>"
            f"<saml:AttributeStatement>{_statement(attributes)}</saml:AttributeStatement></saml:Assertion>"
        )


def post_form(acs_url: str, saml_response: str, relay_state: str = "") -> str:
    """The page with which an identity provider sends the browser on by itself (SAML HTTP POST binding); the button is
    for browsers without JavaScript.

    relay_state: as it came with the request; empty if there was none.
    """
    state = f'<input type="hidden" name="RelayState" value="{escape(relay_state)}">' if relay_state else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Log in</title></head>'
        f'<body><form method="post" action="{escape(acs_url)}">'
        f'<input type="hidden" name="SAMLResponse" value="{escape(saml_response)}">{state}'
        "<noscript><button>Log in to Studio</button></noscript></form>"
        "<script>document.forms[0].submit()</script></body></html>"
    )


def _answering(overrides: Overrides) -> str:
    asked = overrides.get("in_response_to")
    return f" InResponseTo={quoteattr(asked)}" if asked else ""


def _statement(attributes: Mapping[str, Sequence[str]]) -> str:
    return "".join(
        f"<saml:Attribute Name={quoteattr(name)}>"
        + "".join(f"<saml:AttributeValue>{text(value)}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in attributes.items()
    )
