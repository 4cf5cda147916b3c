"""The ports of login in memory, and a login that is ready to be tried with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from concierge.errors import AlreadyExists, Denied, NotFound
from concierge.login import site
from concierge.login.attempts import Attempt
from concierge.login.doorway import Browser, Doorway
from concierge.login.gateway import Posted
from concierge.login.ports import Announcement, Credentials, HttpAnswer, LinkRequest, SamlSession
from concierge.login.saml.authn_requests import LoginRequests
from concierge.login.saml.metadata import IdentityProvider
from concierge.login.saml_login import SamlLogin
from concierge.login.settings import RoleArn
from concierge.login.visits import Visits
from concierge.model import Person, PersonRecord, ProfileBinding

ACCOUNT = "123456789012"
BASE_URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/v1"
ACS = f"{BASE_URL}/saml/acs"
ENTITY_ID = "urn:amazon:webservices"
GROUPS = "https://idp.example.com/groups"
LOGIN_ROLE = RoleArn.parse(f"arn:aws:iam::{ACCOUNT}:role/studio-platform/studio-concierge-login")
PROVIDER_ARN = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
STUDIO_URL = "https://d-abc.studio.eu-west-1.sagemaker.aws/auth?token=a-presigned-secret"
SECRETS = Credentials(access_key_id="ASIAEXAMPLE", secret_access_key="a-secret-key", session_token="a-session-token")
LOOK = site.Look(language=site.Language.ENGLISH, nonce="bm9uY2U", correlation="c-1")


@dataclass
class Providers:
    """One trusted identity provider, and the one that the administrator has put in its place meanwhile."""

    provider: IdentityProvider
    replacement: IdentityProvider | None = None

    def current(self, _now: datetime) -> IdentityProvider:
        return self.provider

    def newer(self, than: IdentityProvider, _now: datetime) -> IdentityProvider | None:
        return self.replacement if self.replacement != than else None


@dataclass
class Used:
    """Remembers keys and until when."""

    keys: dict[str, datetime] = field(default_factory=dict)

    def use(self, key: str, *, keep_until: datetime) -> None:
        if key in self.keys:
            raise AlreadyExists("dynamodb:PutItem", "ConditionalCheckFailedException", "used")
        self.keys[key] = keep_until


@dataclass
class Sts:
    """Answers with what it is told to; refuses if it is told nothing."""

    session: SamlSession | None = None
    documents: list[bytes] = field(default_factory=list)

    def assume(self, *, role_arn: str, provider_arn: str, document: bytes) -> SamlSession:
        assert (role_arn, provider_arn) == (LOGIN_ROLE.arn, PROVIDER_ARN)
        self.documents.append(document)
        if self.session is None:
            raise Denied("sts:AssumeRoleWithSAML", "InvalidIdentityToken", "no")
        return self.session


@dataclass
class Http:
    """One answer to every request; remembers where requests went, and with which headers."""

    answer: HttpAnswer = field(default_factory=lambda: HttpAnswer(status=302, location=STUDIO_URL))
    urls: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def get(self, url: str, credentials: Credentials, *, headers: Mapping[str, str]) -> HttpAnswer:
        assert credentials == SECRETS
        assert headers["X-Correlation-Id"]
        self.urls.append(url)
        self.headers.append(headers)
        return self.answer


@dataclass
class KeysInMemory:
    """The secret, and the ones before it."""

    secrets: list[str] = field(default_factory=lambda: ["a" * 64])

    def current(self, _now: datetime) -> str:
        return self.secrets[0]

    def all(self, _now: datetime) -> Iterator[str]:
        yield from self.secrets


@dataclass
class NoDecryption:
    """Encrypted assertions are not read, unless a test gives keys."""

    keys: tuple[RSAPrivateKey, ...] = ()

    def current(self, _now: datetime) -> tuple[RSAPrivateKey, ...]:
        return self.keys


@dataclass
class WishesInMemory:
    """Wishes by key, each with its question."""

    wishes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def keep(self, key: str, workspace: str, request_id: str, *, keep_until: datetime) -> None:
        self.wishes[key] = (workspace, request_id)

    def kept(self, key: str, request_id: str) -> str:
        workspace, asked = self.wishes.get(key, ("", ""))
        if not workspace or asked != request_id:
            raise NotFound("dynamodb:GetItem", "NoItem", "no")
        return workspace


@dataclass
class VisitsInMemory:
    """Sealed boxes by key."""

    boxes: dict[str, str] = field(default_factory=dict)

    def keep(self, key: str, box: str, *, keep_until: datetime) -> None:
        self.boxes[key] = box

    def kept(self, key: str) -> str:
        if key not in self.boxes:
            raise NotFound("dynamodb:GetItem", "NoItem", "no")
        return self.boxes[key]


def tokens() -> Iterator[bytes]:
    """32 bytes that nobody has seen before."""
    return (number.to_bytes(32, "big") for number in count(1))


@dataclass
class FrontDoor:
    """The login with its fakes, and what it asked of them."""

    provider: IdentityProvider
    used: Used = field(default_factory=Used)
    sts: Sts = field(default_factory=Sts)
    http: Http = field(default_factory=Http)
    keys: KeysInMemory = field(default_factory=KeysInMemory)
    wishes: WishesInMemory = field(default_factory=WishesInMemory)
    boxes: VisitsInMemory = field(default_factory=VisitsInMemory)
    attempt: Attempt = field(default_factory=lambda: Attempt(correlation="c-1"))
    replacement: IdentityProvider | None = None
    idp_initiated: bool = True
    groups_attribute: str = ""
    decryption: NoDecryption = field(default_factory=NoDecryption)
    entity_id: str = ENTITY_ID
    random: Iterator[bytes] = field(default_factory=tokens)

    @property
    def doorway(self) -> Doorway:
        requests = LoginRequests(
            entity_id=self.entity_id, keys=self.keys, wishes=self.wishes, token=lambda: next(self.random)
        )
        login = SamlLogin(
            login_role=LOGIN_ROLE,
            provider_arn=PROVIDER_ARN,
            entity_id=self.entity_id,
            idp_initiated=self.idp_initiated,
            groups_attribute=self.groups_attribute,
            providers=Providers(self.provider, self.replacement),
            used=self.used,
            sessions=self.sts,
            requests=requests,
            keys=self.keys,
            decryption_keys=self.decryption,
        )
        visits = Visits(sealed=self.boxes, token=lambda size: next(self.random)[-size:])
        return Doorway(login=login, visits=visits, http=self.http)

    @property
    def was_left_alone(self) -> bool:
        """Whether nothing was written, asked of STS, or sent."""
        return not (self.used.keys or self.sts.documents or self.http.urls or self.boxes.boxes)

    def browser(self, now: datetime, cookies: Mapping[str, str] | None = None) -> Browser:
        return Browser(base_url=BASE_URL, cookies=cookies or {}, look=LOOK, now=now)

    def post(
        self,
        saml_response: str,
        *,
        now: datetime,
        cookies: Mapping[str, str] | None = None,
        relay_state: str = "",
    ) -> dict[str, Any]:
        """The whole answer to a posted response."""
        posted = Posted(saml_response=saml_response, relay_state=relay_state)
        return self.doorway.log_in(posted, self.browser(now, cookies), self.attempt)

    def enter(self, saml_response: str, *, now: datetime) -> str:
        """Where a posted response leads."""
        location: str = self.post(saml_response, now=now)["headers"]["Location"]
        return location


@dataclass
class PeopleInMemory:
    """What the ledger holds: records by person id, and which login leads to whom."""

    records: tuple[PersonRecord, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        found = (binding for record in self.records for binding in record.bindings.values())
        return tuple(binding for binding in found if binding.login == login)

    def owners_of(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.names[each] for each in names if each in self.names)

    def record_of(self, person_id: str) -> PersonRecord:
        nobody = PersonRecord(person=Person(id=person_id, login="", directory=""))
        return next((each for each in self.records if each.person.id == person_id), nobody)


@dataclass
class PresignerInMemory:
    """Remembers for whom links were minted."""

    requests: list[LinkRequest] = field(default_factory=list)

    def url(self, request: LinkRequest) -> str:
        self.requests.append(request)
        return STUDIO_URL


@dataclass
class BusInMemory:
    """Remembers what was told."""

    told: list[Announcement] = field(default_factory=list)

    def tell(self, events: Iterable[Announcement]) -> None:
        self.told.extend(events)


def sts_session(
    session_name: str = "Amara.Okafor",
    *,
    issuer: str = "https://idp.example.com/saml",
    audience: str = ACS,
    subject: str = "a1b2c3",
) -> SamlSession:
    """What STS answers when it reads what we read."""
    return SamlSession(
        arn=LOGIN_ROLE.sessions + session_name,
        issuer=issuer,
        audience=audience,
        subject=subject,
        credentials=SECRETS,
    )
