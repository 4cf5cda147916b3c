"""A signed SAML response becomes somebody's session, once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.errors import AlreadyExists, Denied, LoginRefused
from concierge.login.attempts import Attempt
from concierge.login.attested import Attested, sealed
from concierge.login.ports import (
    Credentials,
    DecryptionKeys,
    IdentityProviders,
    Keys,
    SamlSession,
    SamlSessions,
    UsedAssertions,
)
from concierge.login.saml.authn_requests import LoginRequests
from concierge.login.saml.checks import CLOCK_SKEW, Assertion, Expected, accepted
from concierge.login.saml.claims import Claims, claims_of
from concierge.login.saml.documents import Element, decoded, parsed
from concierge.login.saml.metadata import IdentityProvider
from concierge.login.saml.signature import Signed, verified
from concierge.login.settings import RoleArn

logger = logging.getLogger(__name__)

_MARGIN = timedelta(hours=1)  # how much longer a used assertion is remembered than it could be used
_ROLLED_OVER = frozenset({"signature", "certificate-expired"})  # what a new key at the identity provider looks like


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """Who it is, and the session that STS gave for them.

    request_id: the question that this answers; empty if the identity provider started the login.
    groups:     what `login.attested` sealed; empty if the identity provider is not asked about groups.
    """

    login: str
    credentials: Credentials
    request_id: str = ""
    groups: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlLogin:
    """The order is the point: what costs nothing first, then one-time use, and only then STS.

    An assertion that was used stays used, even if a later step fails: the person opens the portal's link again.

    entity_id:        ours, which is the audience of every assertion, up to a # in it.
    decryption_keys:  what encrypted assertions are opened with; none where they are not read.
    idp_initiated:    whether a login may start at the identity provider.
    groups_attribute: the attribute that names groups; empty if none is read.
    """

    login_role: RoleArn
    provider_arn: str
    entity_id: str
    idp_initiated: bool
    groups_attribute: str
    providers: IdentityProviders
    used: UsedAssertions
    sessions: SamlSessions
    requests: LoginRequests
    keys: Keys
    decryption_keys: DecryptionKeys

    def enter(
        self, saml_response: str, *, acs: str, cookies: Mapping[str, str], attempt: Attempt, now: datetime
    ) -> LoggedIn:
        """The person that the response is about; raises LoginRefused.

        saml_response: the posted field, in base64.
        acs:           the address that it was posted to, as browsers see it.
        """
        document = decoded(saml_response)
        signed, provider = self._verified(parsed(document), now)
        claims = claims_of(signed)
        expected = self._expected(claims, provider, acs, cookies, now)
        assertion = accepted(claims, expected, now=now)
        attempt.login = assertion.login
        self._use_once(assertion)
        session = self._session(document, assertion, expected)
        return LoggedIn(
            login=assertion.login,
            credentials=session.credentials,
            request_id=expected.asked or "",
            groups=self._groups(claims, assertion.login, now),
        )

    def _verified(self, response: Element, now: datetime) -> tuple[Signed, IdentityProvider]:
        """With the metadata at hand; if no key of it fits, with newer metadata, if there is any."""
        provider = self.providers.current(now)
        keys = self.decryption_keys.current(now)
        try:
            return verified(response, provider, now=now, keys=keys), provider
        except LoginRefused as refused:
            newer = self.providers.newer(provider, now) if refused.reason in _ROLLED_OVER else None
            if newer is None:
                raise
        return verified(response, newer, now=now, keys=keys), newer

    def _expected(
        self, claims: Claims, provider: IdentityProvider, acs: str, cookies: Mapping[str, str], now: datetime
    ) -> Expected:
        asked = claims.confirmation.in_response_to
        return Expected(
            issuer=provider.entity_id,
            # Entra ID keeps applications apart by what follows a #, and sends the audience without it.
            audience=self.entity_id.partition("#")[0],
            acs=acs,
            role_arn=self.login_role.arn,
            provider_arn=self.provider_arn,
            asked=asked if asked is not None and self.requests.is_ours(asked, cookies, now=now) else None,
            unsolicited=self.idp_initiated,
        )

    def _use_once(self, assertion: Assertion) -> None:
        digest = hashlib.sha256(f"{assertion.issuer}\n{assertion.id}".encode()).hexdigest()
        try:
            self.used.use(digest, keep_until=assertion.usable_until + CLOCK_SKEW + _MARGIN)
        except AlreadyExists as error:
            raise LoginRefused("replayed", "somebody logged in with this assertion before") from error

    def _session(self, document: bytes, assertion: Assertion, expected: Expected) -> SamlSession:
        """STS reads the document with its own eyes; if it sees anything else than we do, nobody gets in."""
        try:
            session = self.sessions.assume(
                role_arn=expected.role_arn, provider_arn=expected.provider_arn, document=document
            )
        except Denied as error:
            raise LoginRefused("sts", f"STS says {error.code}") from error
        seen = (session.arn, session.issuer, session.audience, session.subject)
        ours = (
            self.login_role.sessions + assertion.session_name,
            assertion.issuer,
            expected.acs,
            assertion.subject,
        )
        if seen != ours:
            raise LoginRefused("sts-disagrees", "STS read another person, issuer or address from the response")
        return session

    def _groups(self, claims: Claims, login: str, now: datetime) -> str:
        """An attribute that is missing says nothing; one without values says that the person is in no group."""
        named = claims.attributes.get(self.groups_attribute) if self.groups_attribute else None
        if named is None:
            return ""
        attested = Attested(login=login, groups=tuple(each for each in named if each), at=claims.issued_at)
        text = sealed(attested, self.keys.current(now))
        if not text:
            logger.warning("too many groups in the assertion, none is read", extra={"login": login})
        return text
