"""AssumeRoleWithSAML: the call that needs no credentials, because the assertion is one."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from concierge.aws.clients import CONFIG
from concierge.aws.errors import translated
from concierge.errors import AwsError, Denied
from concierge.login.ports import Credentials, SamlSession

if TYPE_CHECKING:
    from types_boto3_sts import STSClient

_SHORTEST_SESSION = 900  # seconds; the least that STS gives, and the session is used for one request
# What STS says when it does not accept a response (AssumeRoleWithSAML, API reference).
_REFUSALS = frozenset(
    {"AccessDenied", "ExpiredToken", "ExpiredTokenException", "IDPRejectedClaim", "InvalidIdentityToken"}
)


@cache
def unsigned_client() -> STSClient:
    """STS at the region's endpoint, without looking for credentials."""
    return boto3.client("sts", config=CONFIG.merge(Config(signature_version=UNSIGNED)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSts:
    """`login.ports.SamlSessions` over STS."""

    client: STSClient

    def assume(self, *, role_arn: str, provider_arn: str, document: bytes) -> SamlSession:
        """Sends the very bytes that were verified; raises Denied with STS's own code if it refuses them."""
        try:
            with translated("sts:AssumeRoleWithSAML"):
                answer = self.client.assume_role_with_saml(
                    RoleArn=role_arn,
                    PrincipalArn=provider_arn,
                    SAMLAssertion=base64.b64encode(document).decode(),
                    DurationSeconds=_SHORTEST_SESSION,
                )
        except AwsError as error:
            if error.code in _REFUSALS:
                raise Denied(error.operation, error.code, "STS does not accept the response") from error
            raise
        credentials = answer["Credentials"]
        return SamlSession(
            arn=answer["AssumedRoleUser"]["Arn"],
            issuer=answer["Issuer"],
            audience=answer["Audience"],
            subject=answer["Subject"],
            credentials=Credentials(
                access_key_id=credentials["AccessKeyId"],
                secret_access_key=credentials["SecretAccessKey"],
                session_token=credentials["SessionToken"],
            ),
        )
