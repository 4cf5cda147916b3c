"""STS for the login: the assertion becomes a session, and a session becomes the presigner of one person."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from concierge.aws.crt.service import Service
from concierge.errors import AwsError, Denied
from concierge.login.ports import Credentials, SamlSession

_VERSION = "2011-06-15"
_SHORTEST_SESSION = "900"  # seconds; the least that STS gives: a login takes one request, a visit ten minutes
# What STS says when it does not accept a response (AssumeRoleWithSAML, API reference).
_REFUSALS = frozenset(
    {"AccessDenied", "ExpiredToken", "ExpiredTokenException", "IDPRejectedClaim", "InvalidIdentityToken"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSts:
    """`login.ports.SamlSessions`; the service has no credentials, because the assertion is one."""

    service: Service

    def assume(self, *, role_arn: str, provider_arn: str, document: bytes) -> SamlSession:
        """Sends the very bytes that were verified; raises Denied with STS's own code if it refuses them."""
        parameters = {
            "RoleArn": role_arn,
            "PrincipalArn": provider_arn,
            "SAMLAssertion": base64.b64encode(document).decode(),
            "DurationSeconds": _SHORTEST_SESSION,
        }
        try:
            answer = self.service.query("AssumeRoleWithSAML", parameters, version=_VERSION)
        except AwsError as error:
            if error.code in _REFUSALS:
                raise Denied(error.operation, error.code, "STS does not accept the response") from error
            raise
        return SamlSession(
            arn=answer["AssumedRoleUser.Arn"],
            issuer=answer["Issuer"],
            audience=answer["Audience"],
            subject=answer["Subject"],
            credentials=_credentials(answer),
        )


def assume_role(service: Service, *, role_arn: str, session_name: str, tags: Mapping[str, str]) -> Credentials:
    """AssumeRole with session tags; raises AwsError."""
    named = {
        name: value
        for number, (key, tag) in enumerate(tags.items(), start=1)
        for name, value in ((f"Tags.member.{number}.Key", key), (f"Tags.member.{number}.Value", tag))
    }
    parameters = {"RoleArn": role_arn, "RoleSessionName": session_name, "DurationSeconds": _SHORTEST_SESSION, **named}
    return _credentials(service.query("AssumeRole", parameters, version=_VERSION))


def _credentials(answer: Mapping[str, str]) -> Credentials:
    return Credentials(
        access_key_id=answer["Credentials.AccessKeyId"],
        secret_access_key=answer["Credentials.SecretAccessKey"],
        session_token=answer["Credentials.SessionToken"],
    )
