"""What login needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # presigned_url must not wait for the XML libraries, nor saml_validator for the catalog
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from concierge.catalog.model import Catalog
    from concierge.login.saml.metadata import IdentityProvider
    from concierge.model import Identity, PersonRecord, ProfileBinding


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
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRequest:
    """A link into Studio.

    login:           the person, who becomes the session tag that the profile's own tag is compared with.
    expires:         seconds in which the link must be followed.
    session_seconds: how long the session lasts that the link starts.
    landing_uri:     where it opens (CreatePresignedDomainUrl, API reference); empty for Studio's start page.
    space:           the space that it opens in; empty for none.
    """

    login: str
    account: str
    region: str
    domain_id: str
    profile: str
    expires: int
    session_seconds: int
    landing_uri: str = ""
    space: str = ""


class IdentityProviders(Protocol):
    """Whom to trust."""

    def current(self, now: datetime) -> IdentityProvider:
        """Raises SettingsError or AwsError if there is no usable metadata."""

    def newer(self, than: IdentityProvider, now: datetime) -> IdentityProvider | None:
        """What the administrator has put there meanwhile; None if it is the same, or was asked a moment ago."""


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

    def get(self, url: str, credentials: Credentials, *, headers: Mapping[str, str]) -> HttpAnswer:
        """Follows no redirect; raises Throttled if there is no answer."""


class Keys(Protocol):
    """The secret of this deployment, which nobody but the login functions can read."""

    def current(self, now: datetime) -> str:
        """What is signed with; raises AwsError or SettingsError."""

    def all(self, now: datetime) -> Iterator[str]:
        """What signatures are believed from: the current one, then the one before its last rotation."""


class DecryptionKeys(Protocol):
    """The private keys that the identity provider encrypts assertions for; none by default."""

    def current(self, now: datetime) -> tuple[RSAPrivateKey, ...]:
        """Raises SettingsError or AwsError if there are to be keys and none can be used."""


class Wishes(Protocol):
    """Where people wanted to go when they were sent to the identity provider."""

    def keep(self, key: str, workspace: str, request_id: str, *, keep_until: datetime) -> None:
        """Remembers the wish under a key that nobody can guess."""

    def kept(self, key: str, request_id: str) -> str:
        """The wish that came with this question; raises NotFound for any other."""


class SealedVisits(Protocol):
    """Visits that go on over several pages; what is kept cannot be read here."""

    def keep(self, key: str, box: str, *, keep_until: datetime) -> None:
        """Remembers it."""

    def kept(self, key: str) -> str:
        """Raises NotFound if there is none."""


class People(Protocol):
    """The part of the ledger that knows who has what."""

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        """Everything that a canonical login id has, its closed doors too; a moment behind."""

    def owners_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ids of those who have these keys (`model.Identity.keys`)."""

    def record_of(self, person_id: str) -> PersonRecord:
        """Everything about one person, as it is now."""


class Announcements(Protocol):
    """The bus that events of directories come over."""

    def tell(self, events: Iterable[Announcement]) -> None:
        """Puts them there, in order; raises AwsError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A canonical event about one person (docs/events.md).

    what:  such as directory.member.added.v1; group: empty for what concerns the whole person.
    about: the person as a directory of the catalog names them.
    key:   of this event; the same one twice is one event.
    """

    what: str
    about: Identity
    at: datetime
    key: str
    group: str = ""


class Catalogs(Protocol):
    """The catalog as it is now."""

    def current(self, now: datetime) -> Catalog:
        """Raises CatalogError or AwsError if there is no good catalog."""


class Presigner(Protocol):
    """Mints links as the presigner role of one person."""

    def url(self, request: LinkRequest) -> str:
        """CreatePresignedDomainUrl; the URL is a secret for as long as it can be followed."""
