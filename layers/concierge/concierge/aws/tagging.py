"""Tags of Studio resources: read in bulk by Resource Groups Tagging, one by one and written by SageMaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.errors import AwsError, NotFound
from concierge.tags.model import Kind, Tagged

if TYPE_CHECKING:
    from types_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient
    from types_boto3_sagemaker import SageMakerClient

_TYPES = [f"sagemaker:{kind}" for kind in Kind]
_KINDS = {kind.value: kind for kind in Kind}
_GONE = ("not exist", "not find", "not found")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioTags:
    """`tags.ports.Tags` of one account and region."""

    sagemaker: SageMakerClient
    tagging: ResourceGroupsTaggingAPIClient

    def index(self) -> tuple[Tagged, ...]:
        """GetResources for the three kinds, a hundred a page; it knows nothing that never had a tag."""
        with translated("tag:GetResources"):
            pages = self.tagging.get_paginator("get_resources").paginate(
                ResourceTypeFilters=_TYPES, PaginationConfig={"PageSize": 100}
            )
            found = [each for page in pages for each in page["ResourceTagMappingList"]]
        return tuple(
            Tagged(arn=each["ResourceARN"], kind=kind, tags={tag["Key"]: tag["Value"] for tag in each["Tags"]})
            for each in found
            if (kind := _kind(each["ResourceARN"])) is not None
        )

    def read(self, arn: str) -> Mapping[str, str]:
        """ListTags; raises NotFound if the resource is gone."""
        with _gone_is_not_found(), translated("sagemaker:ListTags"):
            pages = self.sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
            return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    def add(self, arn: str, tags: Mapping[str, str]) -> None:
        """AddTags, which replaces values of keys that are there; a resource that is gone is a success."""
        try:
            with _gone_is_not_found(), translated("sagemaker:AddTags"):
                self.sagemaker.add_tags(
                    ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())]
                )
        except NotFound:
            return


def _kind(arn: str) -> Kind | None:
    """From `arn:aws:sagemaker:<region>:<account>:<kind>/<domain>/…`; None for a kind that nobody asked for."""
    return _KINDS.get(arn.split(":", 5)[-1].partition("/")[0])


@contextmanager
def _gone_is_not_found() -> Iterator[None]:
    """Operations on tags document no error; SageMaker often says ValidationException for what is not there."""
    try:
        yield
    except AwsError as error:
        if error.code == "ValidationException" and any(each in str(error).lower() for each in _GONE):
            raise NotFound(error.operation, error.code, str(error)) from error
        raise
