"""Our side of the trust, as identity providers import it: SAML metadata of the service provider.

Source: SAML 2.0 Metadata, 2.4.4.
"""

from __future__ import annotations

from html import escape

from concierge.login.saml.checks import ROLE, ROLE_SESSION_NAME

CONTENT_TYPE = "application/samlmetadata+xml"
_POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


def metadata(entity_id: str, acs: str) -> str:
    """Where responses go, that assertions must be signed, and the two attributes without which nobody gets in."""
    asked = "".join(
        f'<md:RequestedAttribute Name="{escape(name)}" NameFormat="{_URI}" isRequired="true"/>'
        for name in (ROLE, ROLE_SESSION_NAME)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{escape(entity_id)}">'
        '<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" '
        'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>"
        f'<md:AssertionConsumerService Binding="{_POST}" Location="{escape(acs)}" index="0" isDefault="true"/>'
        '<md:AttributeConsumingService index="0" isDefault="true">'
        '<md:ServiceName xml:lang="en">Amazon SageMaker Studio</md:ServiceName>'
        f"{asked}</md:AttributeConsumingService></md:SPSSODescriptor></md:EntityDescriptor>\n"
    )
