"""A signed SAML response becomes a way into Studio, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from concierge.errors import AlreadyExists, AwsError, Denied, LoginRefused, Throttled
from concierge.login.attempts import NO_WORKSPACE, Attempt
from concierge.login.checks import CLOCK_SKEW, Assertion, Expected, accepted
from concierge.login.claims import claims_of
from concierge.login.documents import decoded, parsed
from concierge.login.ports import HttpAnswer, IdentityProviders, SamlSession, SamlSessions, SignedHttp, UsedAssertions
from concierge.login.settings import RoleArn
from concierge.login.signature import verified

_MARGIN = timedelta(hours=1)  # how much longer a used assertion is remembered than it could be used


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlLogin:
    """The order is the point: what costs nothing first, then one-time use, and only then STS.

    An assertion that was used stays used, even if a later step fails: the person opens the portal's link again.
    """

    login_role: RoleArn
    provider_arn: str
    providers: IdentityProviders
    used: UsedAssertions
    sessions: SamlSessions
    http: SignedHttp

    def enter(self, saml_response: str, *, base_url: str, attempt: Attempt, now: datetime) -> str:
        """The presigned URL of the person that the response is about; raises LoginRefused.

        saml_response: the posted field, in base64.
        base_url:      this API as browsers see it; the ACS URL and the address of the Studio route derive from it.
        """
        document = decoded(saml_response)
        response = parsed(document)
        provider = self.providers.current(now)
        expected = Expected(
            issuer=provider.entity_id,
            acs=f"{base_url}/saml/acs",
            role_arn=self.login_role.arn,
            provider_arn=self.provider_arn,
        )
        claims = claims_of(verified(response, provider, now=now))
        assertion = accepted(claims, expected, now=now)
        attempt.login = assertion.login
        self._use_once(assertion)
        session = self._session(document, assertion, expected)
        answer = self.http.get(f"{base_url}/studio", session.credentials, correlation=attempt.correlation)
        return _location(answer, base_url)

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


def _location(answer: HttpAnswer, base_url: str) -> str:
    """The redirect that the Studio route answers with; every other answer is the reason for an error page."""
    if answer.status == HTTPStatus.FOUND and urlsplit(answer.location).scheme == urlsplit(base_url).scheme:
        return answer.location
    if answer.reason == NO_WORKSPACE:
        raise LoginRefused(NO_WORKSPACE, "no door is open for this person")
    code = f"Http{answer.status}"
    if answer.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
        raise Throttled("execute-api:Invoke", code, "the Studio route is busy")
    raise AwsError("execute-api:Invoke", code, "the Studio route did not answer with a redirect")
