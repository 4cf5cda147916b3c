"""What tests ask of an identity provider's software."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypedDict, Unpack

from tests.support.saml_idp import ENTITY_ID, ROLE, ROLE_SESSION_NAME, KeyPair, Signing

Hash = Literal["sha1", "sha256"]

AUDIENCE = "urn:amazon:webservices"
NAME_ID = "a1b2c3"
LIFETIME = 300  # seconds


class Variations(TypedDict, total=False):
    """What the software is told to do in another way than usual.

    sign:           what it signs; the assertion if not given.
    hash:           of both signature and digest; SHA-256 if not given.
    issuer, audience, recipient, destination, in_response_to: as named in SAML.
    """

    sign: Signing
    hash: Hash
    issuer: str
    audience: str
    recipient: str
    destination: str
    in_response_to: str


class RealIdp(Protocol):
    """One installation, with a key of its own. All of them say that they are the same entity, `ENTITY_ID`."""

    name: str
    pair: KeyPair

    @property
    def metadata(self) -> str:
        """The software's own metadata document."""

    def response(self, login: str, *, acs: str, role_pair: str, **variations: Unpack[Variations]) -> bytes:
        """A response for the person, issued now."""

    def close(self) -> None:
        """Ends what it runs."""


def wanted(login: str, acs: str, role_pair: str, variations: Variations) -> Mapping[str, Any]:
    """All of it as JSON can hold it, for the programs that are no Python."""
    return {
        "sign": variations.get("sign", "assertion"),
        "hash": variations.get("hash", "sha256"),
        "issuer": variations.get("issuer", ENTITY_ID),
        "audience": variations.get("audience", AUDIENCE),
        "recipient": variations.get("recipient", acs),
        "destination": variations.get("destination", acs),
        "in_response_to": variations.get("in_response_to", ""),
        "lifetime": LIFETIME,
        "name_id": NAME_ID,
        "attributes": {ROLE: [role_pair], ROLE_SESSION_NAME: [login]},
    }
