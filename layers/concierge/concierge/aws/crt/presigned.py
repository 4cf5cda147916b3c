"""Presigned Studio URLs, minted as the presigner role of one person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from concierge.aws.crt.service import Service
from concierge.aws.crt.sts import assume_role
from concierge.login.ports import Credentials, LinkRequest
from concierge.model import LOGIN_TAG

_TARGET = "SageMaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignerRole:
    """`login.ports.Presigner`: the function itself holds no right in Studio.

    Every account that has domains has such a role, under the path and name of the hub's (`role_arn`). It may mint a
    link only where the profile's `studiouserid` is the session's, so that even a wrong profile name here would open
    nobody else's door.

    studio: SageMaker in a region with somebody else's credentials; such a service is never kept.
    """

    sts: Service
    role_arn: str
    studio: Callable[[str, Credentials], Service]

    def url(self, request: LinkRequest) -> str:
        """AssumeRole with one session tag, then CreatePresignedDomainUrl in the domain's region.

        The login came as a session name, so it is one here too: CloudTrail shows for whom a link was minted.
        """
        credentials = assume_role(
            self.sts,
            role_arn=self._role_in(request.account),
            session_name=request.login,
            tags={LOGIN_TAG: request.login},
        )
        place = {"LandingUri": request.landing_uri, "SpaceName": request.space}
        answer = self.studio(request.region, credentials).json(
            _TARGET,
            "CreatePresignedDomainUrl",
            {
                "DomainId": request.domain_id,
                "UserProfileName": request.profile,
                "ExpiresInSeconds": request.expires,
                "SessionExpirationDurationInSeconds": request.session_seconds,
                **{name: value for name, value in place.items() if value},
            },
        )
        return str(answer["AuthorizedUrl"])

    def _role_in(self, account: str) -> str:
        head, _, name = self.role_arn.partition(":role/")
        return f"{head.rpartition(':')[0]}:{account}:role/{name}"
