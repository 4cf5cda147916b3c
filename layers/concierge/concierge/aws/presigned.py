"""Presigned Studio URLs, minted as the presigner role of one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from concierge.aws.clients import CONFIG
from concierge.aws.errors import translated
from concierge.login.ports import Credentials, LinkRequest
from concierge.model import LOGIN_TAG

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sts import STSClient

_SHORTEST_SESSION = 900  # seconds; the least that STS gives, and one call is made with it


def studio_as(region: str, credentials: Credentials) -> SageMakerClient:
    """SageMaker with somebody else's credentials; such a client is never kept."""
    return boto3.client(
        "sagemaker",
        region_name=region,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=CONFIG,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignerRole:
    """`login.ports.Presigner`: the function itself holds no right in Studio.

    Every account that has domains has such a role, under the path and name of the hub's (`role_arn`). It may mint a
    link only where the profile's `studiouserid` is the session's, so that even a wrong profile name here would open
    nobody else's door.
    """

    sts: STSClient
    role_arn: str
    studio: Callable[[str, Credentials], SageMakerClient] = studio_as

    def url(self, request: LinkRequest) -> str:
        """AssumeRole with one session tag, then CreatePresignedDomainUrl in the domain's region."""
        client = self.studio(request.region, self._become(request))
        with translated("sagemaker:CreatePresignedDomainUrl"):
            answer = client.create_presigned_domain_url(
                DomainId=request.domain_id,
                UserProfileName=request.profile,
                ExpiresInSeconds=request.expires,
                SessionExpirationDurationInSeconds=request.session_seconds,
            )
        return answer["AuthorizedUrl"]

    def _role_in(self, account: str) -> str:
        head, _, name = self.role_arn.partition(":role/")
        return f"{head.rpartition(':')[0]}:{account}:role/{name}"

    def _become(self, request: LinkRequest) -> Credentials:
        """The login came as a session name, so it is one here too: CloudTrail shows for whom a link was minted."""
        with translated("sts:AssumeRole"):
            credentials = self.sts.assume_role(
                RoleArn=self._role_in(request.account),
                RoleSessionName=request.login,
                DurationSeconds=_SHORTEST_SESSION,
                Tags=[{"Key": LOGIN_TAG, "Value": request.login}],
            )["Credentials"]
        return Credentials(
            access_key_id=credentials["AccessKeyId"],
            secret_access_key=credentials["SecretAccessKey"],
            session_token=credentials["SessionToken"],
        )
