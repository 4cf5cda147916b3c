"""SageMaker Studio domains: how they are set up, and mending their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ParamValidationError

from concierge.aws.domain_settings import mending, read
from concierge.aws.errors import translated
from concierge.aws.plain import plain
from concierge.aws.studio_apps import StudioApps
from concierge.catalog.model import Domain
from concierge.compliance.model import Posture
from concierge.errors import AwsError, NotYet
from concierge.house.model import DomainSettings
from concierge.model import App, Space, Status

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_IN_TRANSITION = (Status.PENDING, Status.UPDATING, Status.DELETING)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioDomains:
    """The `Studio` of `house.ports`, `compliance.ports` and `backup.ports` over the SageMaker API of one region."""

    client: SageMakerClient
    inventory: StudioApps

    def settings(self, domain_id: str) -> DomainSettings:
        """DescribeDomain."""
        return read(self._describe(domain_id))

    def mend(self, domain: Domain) -> None:
        """DescribeDomain, merge, UpdateDomain; no update if nothing is wrong. Raises NotYet while AWS is at work."""
        found = self._describe(domain.domain_id)
        request = mending(found, domain.idle)
        if not request:
            return
        if found["Status"] in _IN_TRANSITION:  # what is described now is not what will be there then
            raise NotYet("sagemaker:UpdateDomain", "ResourceInUse", f"the domain's status is {found['Status']}")
        try:
            with translated("sagemaker:UpdateDomain"):
                self.client.update_domain(DomainId=domain.domain_id, **request)
        except ParamValidationError as error:  # what Studio has and this SDK does not know cannot be sent back
            raise AwsError("sagemaker:UpdateDomain", "ParamValidation", str(error)) from error

    def posture(self, domain_id: str) -> Posture:
        """DescribeDomain."""
        found = self._describe(domain_id)
        settings = found.get("DomainSettings", {})
        return Posture(
            auth_mode=found.get("AuthMode", ""),
            network_access=found.get("AppNetworkAccessType", ""),
            kms_key=found.get("KmsKeyId", ""),
            tag_propagation=found.get("TagPropagation", ""),
            identity_config=settings.get("ExecutionRoleIdentityConfig", ""),
            docker_access=settings.get("DockerSettings", {}).get("EnableDockerAccess", ""),
        )

    def description(self, domain_id: str) -> Mapping[str, object]:
        """DescribeDomain as Studio answers it."""
        return plain(self._describe(domain_id))

    def profiles(self, domain_id: str) -> Mapping[str, Status]:
        """ListUserProfiles, whatever becomes of them."""
        return {name: Status(status) for name, status in self.inventory.all_profiles(domain_id)}

    def all_spaces(self, domain_id: str) -> tuple[Space, ...]:
        """ListSpaces, whatever becomes of them."""
        return self.inventory.all_spaces(domain_id)

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """ListApps: what starts or runs."""
        return self.inventory.apps(domain_id)

    def _describe(self, domain_id: str) -> Mapping[str, Any]:
        with translated("sagemaker:DescribeDomain"):
            return self.client.describe_domain(DomainId=domain_id)
