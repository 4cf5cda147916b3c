"""SageMaker Studio: profiles, spaces, lifecycle configurations and running apps."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from concierge.aws.errors import translated
from concierge.aws.plain import plain
from concierge.aws.studio_apps import StudioApps
from concierge.aws.user_settings import merged, read
from concierge.errors import AwsError, NotFound, NotYet
from concierge.model import OWNER, OWNERSHIP_TAG, App, AppType, Profile, Space, Status

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.literals import AppInstanceTypeType
    from types_boto3_sagemaker.type_defs import (
        SpaceSettingsTypeDef,
        TagTypeDef,
    )

    from concierge.onboarding.desired import Access, LifecycleSpec, SpaceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class SageMakerStudio:
    """`onboarding.ports.Studio` over the SageMaker API of one region."""

    client: SageMakerClient
    apps: StudioApps

    def profile(self, domain_id: str, name: str) -> Profile | None:
        """DescribeUserProfile and ListTags; None if there is no such profile."""
        try:
            with translated("sagemaker:DescribeUserProfile"):
                found = self.client.describe_user_profile(DomainId=domain_id, UserProfileName=name)
        except NotFound:
            return None
        settings = found.get("UserSettings", {})
        return Profile(
            name=found["UserProfileName"],
            arn=found["UserProfileArn"],
            status=Status(found["Status"]),
            execution_role=settings.get("ExecutionRole", ""),
            apps=read(settings),
            tags=self._tags(found["UserProfileArn"]),
        )

    def create_profile(self, access: Access) -> None:
        """CreateUserProfile; raises NotYet while IAM still spreads the role (10 to 60 seconds)."""
        with _role_may_be_new(), _existing_is_fine("sagemaker:CreateUserProfile"):
            self.client.create_user_profile(
                DomainId=access.domain.domain_id,
                UserProfileName=access.profile,
                UserSettings=merged({}, access),  # type: ignore[arg-type]  # built from Studio's own shape
                Tags=_tag_list(access.tags),
            )

    def update_profile(self, access: Access) -> None:
        """DescribeUserProfile, merge, UpdateUserProfile."""
        names = {"DomainId": access.domain.domain_id, "UserProfileName": access.profile}
        with translated("sagemaker:DescribeUserProfile"):
            existing = self.client.describe_user_profile(**names).get("UserSettings", {})
        with _role_may_be_new(), translated("sagemaker:UpdateUserProfile"):
            self.client.update_user_profile(**names, UserSettings=merged(existing, access))  # type: ignore[arg-type]  # as above

    def tag(self, arn: str, tags: Mapping[str, str]) -> None:
        """AddTags, which replaces values of keys that are there."""
        with translated("sagemaker:AddTags"):
            self.client.add_tags(ResourceArn=arn, Tags=_tag_list(tags))

    def lifecycle_config(self, name: str) -> str | None:
        """DescribeStudioLifecycleConfig; its ARN or None."""
        try:
            with translated("sagemaker:DescribeStudioLifecycleConfig"):
                found = self.client.describe_studio_lifecycle_config(StudioLifecycleConfigName=name)
        except NotFound:
            return None
        return found["StudioLifecycleConfigArn"]

    def create_lifecycle_config(self, spec: LifecycleSpec) -> None:
        """CreateStudioLifecycleConfig; one of that name has this very content, so it is a success."""
        with _existing_is_fine("sagemaker:CreateStudioLifecycleConfig"):
            self.client.create_studio_lifecycle_config(
                StudioLifecycleConfigName=spec.name,
                StudioLifecycleConfigContent=base64.b64encode(spec.script.encode()).decode(),
                StudioLifecycleConfigAppType=spec.app_type.value,
                Tags=_tag_list({OWNERSHIP_TAG: OWNER}),
            )

    def space(self, domain_id: str, name: str) -> Space | None:
        """DescribeSpace; None if there is no such space."""
        try:
            with translated("sagemaker:DescribeSpace"):
                found = self.client.describe_space(DomainId=domain_id, SpaceName=name)
        except NotFound:
            return None
        return Space(
            name=found["SpaceName"],
            arn=found["SpaceArn"],
            status=Status(found["Status"]),
            owner=found.get("OwnershipSettings", {}).get("OwnerUserProfileName"),
        )

    def create_space(self, access: Access, spec: SpaceSpec) -> None:
        """CreateSpace, private to the profile; a space of that name is that very space."""
        with _existing_is_fine("sagemaker:CreateSpace"):
            self.client.create_space(
                DomainId=access.domain.domain_id,
                SpaceName=spec.name,
                OwnershipSettings={"OwnerUserProfileName": access.profile},
                SpaceSharingSettings={"SharingType": "Private"},
                SpaceSettings=_space_settings(spec),
                Tags=_tag_list(access.tags),
            )

    def spaces_of(self, domain_id: str, profile: str) -> tuple[Space, ...]:
        """ListSpaces of the domain, and ListTags of each that the profile made; those being deleted count too."""
        found = self.apps.all_spaces(domain_id)
        return tuple(replace(each, tags=self._tags(each.arn)) for each in found if each.made_by == profile)

    def delete_space(self, domain_id: str, name: str) -> None:
        """DeleteSpace; raises NotYet while its app is being deleted."""
        with _gone_is_fine("sagemaker:DeleteSpace"):
            self.client.delete_space(DomainId=domain_id, SpaceName=name)

    def delete_profile(self, domain_id: str, name: str) -> None:
        """DeleteUserProfile; raises NotYet while something of it is being deleted."""
        with _gone_is_fine("sagemaker:DeleteUserProfile"):
            self.client.delete_user_profile(DomainId=domain_id, UserProfileName=name)

    def recovery(self, domain_id: str, profile: str) -> Mapping[str, object]:
        """DescribeUserProfile and DescribeSpace as Studio answers them, with tags; nothing that is gone."""
        try:
            with translated("sagemaker:DescribeUserProfile"):
                found = self.client.describe_user_profile(DomainId=domain_id, UserProfileName=profile)
        except NotFound:
            return {}
        return {
            "profile": plain(found) | {"Tags": dict(self._tags(found["UserProfileArn"]))},
            "spaces": [self._described(domain_id, space) for space in self.spaces_of(domain_id, profile)],
        }

    def _described(self, domain_id: str, space: Space) -> Mapping[str, object]:
        with translated("sagemaker:DescribeSpace"):
            found = self.client.describe_space(DomainId=domain_id, SpaceName=space.name)
        return plain(found) | {"Tags": dict(space.tags)}

    def running_apps(self, domain_id: str, profile: str) -> tuple[App, ...]:
        """`StudioApps.apps_of`, of the kinds that people run."""
        return tuple(app for app in self.apps.apps_of(domain_id, profile) if app.app_type in set(AppType))

    def stop_app(self, app: App) -> None:
        """DeleteApp; an app that is gone, or going, is a success."""
        try:
            self.apps.stop(app)
        except NotYet:
            return

    def _tags(self, arn: str) -> Mapping[str, str]:
        with translated("sagemaker:ListTags"):
            pages = self.client.get_paginator("list_tags").paginate(ResourceArn=arn)
            return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


@contextmanager
def _existing_is_fine(operation: str) -> Iterator[None]:
    """Studio says ResourceInUse where a name is taken; the names here hold what makes them the same thing."""
    try:
        with translated(operation):
            yield
    except NotYet as error:
        if error.code != "ResourceInUse":
            raise


@contextmanager
def _role_may_be_new() -> Iterator[None]:
    """Studio says ValidationException for a role that it cannot assume yet; everything else stays what it is."""
    try:
        yield
    except AwsError as error:
        if error.code == "ValidationException" and "role" in str(error).casefold():
            raise NotYet(error.operation, error.code, str(error)) from error
        raise


@contextmanager
def _gone_is_fine(operation: str) -> Iterator[None]:
    """What is to be deleted and is not there is deleted."""
    try:
        with translated(operation):
            yield
    except NotFound:
        return


def _space_settings(spec: SpaceSpec) -> SpaceSettingsTypeDef:
    settings: SpaceSettingsTypeDef = {
        "AppType": spec.app_type.value,
        "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": spec.storage_gb}},
    }
    if spec.app_type is AppType.CODE_EDITOR:
        settings["CodeEditorAppSettings"] = {"DefaultResourceSpec": {"InstanceType": _instance(spec)}}
    elif spec.app_type is AppType.JUPYTER_LAB:
        settings["JupyterLabAppSettings"] = {"DefaultResourceSpec": {"InstanceType": _instance(spec)}}
    return settings


def _instance(spec: SpaceSpec) -> AppInstanceTypeType:
    return cast("AppInstanceTypeType", spec.instance_type)  # new types appear faster than releases of the stubs


def _tag_list(tags: Mapping[str, str]) -> list[TagTypeDef]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
