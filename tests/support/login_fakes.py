"""The ports of login in memory, and a login that is ready to be tried with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from concierge.errors import AlreadyExists, Denied
from concierge.login.attempts import Attempt
from concierge.login.metadata import IdentityProvider
from concierge.login.ports import Credentials, HttpAnswer, LinkRequest, SamlSession
from concierge.login.saml_login import SamlLogin
from concierge.login.settings import RoleArn
from concierge.model import ProfileBinding

ACCOUNT = "123456789012"
BASE_URL = "https://abc123.execute-api.eu-west-1.amazonaws.com/v1"
ACS = f"{BASE_URL}/saml/acs"
LOGIN_ROLE = RoleArn.parse(f"arn:aws:iam::{ACCOUNT}:role/studio-platform/studio-concierge-login")
PROVIDER_ARN = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
STUDIO_URL = "https://d-abc.studio.eu-west-1.sagemaker.aws/auth?token=a-presigned-secret"
SECRETS = Credentials(access_key_id="ASIAEXAMPLE", secret_access_key="a-secret-key", session_token="a-session-token")


@dataclass
class Providers:
    """One trusted identity provider."""

    provider: IdentityProvider

    def current(self, _now: datetime) -> IdentityProvider:
        return self.provider


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
    """One answer to every request; remembers where requests went."""

    answer: HttpAnswer = field(default_factory=lambda: HttpAnswer(status=302, location=STUDIO_URL))
    urls: list[str] = field(default_factory=list)

    def get(self, url: str, credentials: Credentials, *, correlation: str) -> HttpAnswer:
        assert credentials == SECRETS
        assert correlation
        self.urls.append(url)
        return self.answer


@dataclass
class FrontDoor:
    """The login with its fakes, and what it asked of them."""

    provider: IdentityProvider
    used: Used = field(default_factory=Used)
    sts: Sts = field(default_factory=Sts)
    http: Http = field(default_factory=Http)
    attempt: Attempt = field(default_factory=lambda: Attempt(correlation="c-1"))

    @property
    def login(self) -> SamlLogin:
        return SamlLogin(
            login_role=LOGIN_ROLE,
            provider_arn=PROVIDER_ARN,
            providers=Providers(self.provider),
            used=self.used,
            sessions=self.sts,
            http=self.http,
        )

    @property
    def was_left_alone(self) -> bool:
        """Whether nothing was written, asked of STS, or sent."""
        return not (self.used.keys or self.sts.documents or self.http.urls)

    def enter(self, saml_response: str, *, now: datetime) -> str:
        return self.login.enter(saml_response, base_url=BASE_URL, attempt=self.attempt, now=now)


@dataclass
class BindingsInMemory:
    """What the ledger holds, by login."""

    bindings: tuple[ProfileBinding, ...] = ()

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        return tuple(binding for binding in self.bindings if binding.login == login)


@dataclass
class PresignerInMemory:
    """Remembers for whom links were minted."""

    requests: list[LinkRequest] = field(default_factory=list)

    def url(self, request: LinkRequest) -> str:
        self.requests.append(request)
        return STUDIO_URL


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
