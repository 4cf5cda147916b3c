"""SageMaker Studio's inventory: who and what is in a domain, and stopping an app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from concierge.aws.errors import translated
from concierge.errors import NotFound
from concierge.model import App, Space, Status

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.literals import AppTypeType
    from types_boto3_sagemaker.type_defs import (
        DescribeAppRequestTypeDef,
        ListAppsRequestPaginateTypeDef,
        PaginatorConfigTypeDef,
    )

_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}  # the most that these lists give; their default is 10
_RUNNING = ("Pending", "InService")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioApps:
    """`idle.ports.Studio` and `tags.ports.Studio` over the SageMaker API of one region.

    No list answers with ARNs, so they are built. AWS spells the last part of them in lower case.
    """

    client: SageMakerClient
    account: str

    def profiles(self, domain_id: str) -> Mapping[str, str]:
        """ListUserProfiles: ARN by name, without those that are being deleted."""
        found = self.all_profiles(domain_id)
        return {name: self.profile_arn(domain_id, name) for name, status in found if status != Status.DELETING}

    def all_profiles(self, domain_id: str) -> Iterator[tuple[str, str]]:
        """ListUserProfiles: names and AWS's own word for their status; a page at a time is in memory."""
        with translated("sagemaker:ListUserProfiles"):
            pages = self.client.get_paginator("list_user_profiles").paginate(
                DomainIdEquals=domain_id, PaginationConfig=_PAGES
            )
            for page in pages:
                yield from ((found["UserProfileName"], found["Status"]) for found in page["UserProfiles"])

    def profile_arn(self, domain_id: str, name: str) -> str:
        """How AWS spells it; no call."""
        return self._arn("user-profile", domain_id, name)

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        """ListSpaces, without those that are being deleted; `owner` is set for private ones only."""
        return tuple(space for space in self.all_spaces(domain_id) if space.status is not Status.DELETING)

    def all_spaces(self, domain_id: str) -> tuple[Space, ...]:
        """ListSpaces, whatever becomes of them."""
        with translated("sagemaker:ListSpaces"):
            pages = self.client.get_paginator("list_spaces").paginate(DomainIdEquals=domain_id, PaginationConfig=_PAGES)
            return tuple(self._space(found) for page in pages for found in page["Spaces"])

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """ListApps: every kind, but only what starts or runs; AWS lists deleted apps for another day."""
        return tuple(self._listed({"DomainIdEquals": domain_id}))

    def apps_of(self, domain_id: str, profile: str) -> tuple[App, ...]:
        """ListApps of the profile, ListSpaces of the domain, and ListApps of each private space of the profile."""
        found = [*self._listed({"DomainIdEquals": domain_id, "UserProfileNameEquals": profile})]
        for space in self.spaces(domain_id):
            if space.owner == profile:
                found += self._listed({"DomainIdEquals": domain_id, "SpaceNameEquals": space.name})
        return tuple(found)

    def describe(self, app: App) -> App | None:
        """DescribeApp, which alone tells the timestamps of activity; None if the app is gone."""
        try:
            with translated("sagemaker:DescribeApp"):
                return self._app(self.client.describe_app(**_key(app)))
        except NotFound:
            return None

    def stop(self, app: App) -> None:
        """DeleteApp; an app that is gone is a success. Raises NotYet while the app is in transition."""
        try:
            with translated("sagemaker:DeleteApp"):
                self.client.delete_app(**_key(app))
        except NotFound:
            return

    def _listed(self, of: ListAppsRequestPaginateTypeDef) -> Iterator[App]:
        of["PaginationConfig"] = _PAGES
        with translated("sagemaker:ListApps"):
            for page in self.client.get_paginator("list_apps").paginate(**of):
                yield from (self._app(found) for found in page["Apps"] if found["Status"] in _RUNNING)

    def _space(self, found: Mapping[str, Any]) -> Space:
        private = found.get("SpaceSharingSettingsSummary", {}).get("SharingType") == "Private"
        owner = found.get("OwnershipSettingsSummary", {}).get("OwnerUserProfileName")
        return Space(
            name=found["SpaceName"],
            arn=self._arn("space", found["DomainId"], found["SpaceName"]),
            status=Status(found["Status"]),
            owner=owner if private else None,  # a shared space has a creator, but serves everybody
            made_by=owner,
        )

    def _app(self, found: Mapping[str, Any]) -> App:
        space: str | None = found.get("SpaceName")
        profile: str | None = None if space else found.get("UserProfileName")
        place = (found["DomainId"], space or profile or "", found["AppType"], found["AppName"])
        return App(
            domain_id=found["DomainId"],
            app_type=found["AppType"],
            name=found["AppName"],
            status=Status(found["Status"]),
            created_at=found["CreationTime"],
            profile=profile,
            space=space,
            arn=found.get("AppArn") or self._arn("app", *place),
            instance_type=found.get("ResourceSpec", {}).get("InstanceType", ""),
            last_user_activity=found.get("LastUserActivityTimestamp"),
            last_health_check=found.get("LastHealthCheckTimestamp"),
        )

    def _arn(self, kind: str, *parts: str) -> str:
        meta = self.client.meta
        return f"arn:{meta.partition}:sagemaker:{meta.region_name}:{self.account}:{kind}/{'/'.join(parts).lower()}"


def _key(app: App) -> DescribeAppRequestTypeDef:
    key: DescribeAppRequestTypeDef = {
        "DomainId": app.domain_id,
        "AppType": cast("AppTypeType", app.app_type),  # new kinds appear faster than releases of the stubs
        "AppName": app.name,
    }
    if app.space is not None:
        key["SpaceName"] = app.space
    elif app.profile is not None:
        key["UserProfileName"] = app.profile
    return key
