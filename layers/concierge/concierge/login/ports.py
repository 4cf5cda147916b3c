"""What login needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from concierge.model import ProfileBinding

if TYPE_CHECKING:  # presigned_url must not wait for the XML libraries, nor saml_validator for the catalog
    from concierge.catalog.model import Catalog
    from concierge.login.metadata import IdentityProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Temporary credentials; nothing of them appears in a repr, and so in no log line."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSession:
    """STS's own reading of an assertion that it accepted (AssumeRoleWithSAML, API reference)."""

    arn: str
    issuer: str
    audience: str
    subject: str
    credentials: Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What an HTTP request brought back; `location` is a secret when it is a presigned URL."""

    status: int
    location: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """A link into Studio.

    login:           the person, who becomes the session tag that the profile's own tag is compared with.
    expires:         seconds in which the link must be followed.
    session_seconds: how long the session lasts that the link starts.
    """

    login: str
    account: str
    region: str
    domain_id: str
    profile: str
    expires: int
    session_seconds: int


class IdentityProviders(Protocol):
    """Whom to trust."""

    def current(self, now: datetime) -> IdentityProvider:
        """Raises SettingsError or AwsError if there is no usable metadata."""


class UsedAssertions(Protocol):
    """The memory of assertions that somebody logged in with."""

    def use(self, key: str, *, keep_until: datetime) -> None:
        """Remembers the key; raises AlreadyExists if it was used before."""


class SamlSessions(Protocol):
    """STS."""

    def assume(self, *, role_arn: str, provider_arn: str, document: bytes) -> SamlSession:
        """AssumeRoleWithSAML; raises Denied if STS does not accept the response."""


class SignedHttp(Protocol):
    """HTTP requests that the API accepts from one principal only."""

    def get(self, url: str, credentials: Credentials, *, correlation: str) -> HttpAnswer:
        """Follows no redirect; raises Throttled if there is no answer."""


class Bindings(Protocol):
    """The part of the ledger that knows who has what."""

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        """Everything that a canonical login id has, its closed doors too."""


class Catalogs(Protocol):
    """The catalog as it is now."""

    def current(self, now: datetime) -> Catalog:
        """Raises CatalogError or AwsError if there is no good catalog."""


class Presigner(Protocol):
    """Mints links as the presigner role of one person."""

    def url(self, request: LinkRequest) -> str:
        """CreatePresignedDomainUrl; the URL is a secret for as long as it can be followed."""
