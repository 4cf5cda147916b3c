"""HTTP requests signed for an API behind `AWS_IAM` (Signature Version 4, service `execute-api`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials
from botocore.httpsession import URLLib3Session

from concierge.aws.errors import translated
from concierge.login.attempts import REASON_HEADER
from concierge.login.gateway import CORRELATION_HEADER
from concierge.login.ports import Credentials, HttpAnswer

_TIMEOUT = (3.0, 12.0)  # seconds to connect and to read: saml_validator itself ends after 20


def _session() -> URLLib3Session:
    """botocore's own HTTP client: its certificates, no redirects followed, no retries."""
    return URLLib3Session(timeout=_TIMEOUT)  # type: ignore[arg-type]  # it takes a pair; the stubs know one number


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteApi:
    """`login.ports.SignedHttp`; the connection stays open for the life of the container."""

    region: str
    session: URLLib3Session = field(default_factory=_session)

    def get(self, url: str, credentials: Credentials, *, correlation: str) -> HttpAnswer:
        """One signed GET; the body of the answer is not read into anything."""
        request = AWSRequest(method="GET", url=url, headers={CORRELATION_HEADER: correlation})
        signer = SigningCredentials(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
        SigV4Auth(signer, "execute-api", self.region).add_auth(request)
        with translated("execute-api:Invoke"):
            response = self.session.send(request.prepare())
        return HttpAnswer(
            status=response.status_code,
            location=response.headers.get("Location", ""),
            reason=response.headers.get(REASON_HEADER, ""),
        )
