"""Tags of SageMaker resources: read and written in bulk by Resource Groups Tagging, one by one by SageMaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from concierge.aws.error_codes import kind_of as error_of
from concierge.aws.errors import translated
from concierge.errors import AwsError, NotFound, OutOfTime, Throttled
from concierge.tags.model import IN_A_DOMAIN, Kind, Tagged, kind_of

if TYPE_CHECKING:
    from types_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient
    from types_boto3_resourcegroupstaggingapi.type_defs import FailureInfoTypeDef, PaginatorConfigTypeDef
    from types_boto3_sagemaker import SageMakerClient

_PAGES: PaginatorConfigTypeDef = {"PageSize": 100}  # the most that GetResources gives
_NOT_THERE = ("ValidationException", "InvalidParameterException")
_GONE = ("not exist", "not find", "not found")
_WRITE, _WRITE_ONE = "tag:TagResources", "sagemaker:AddTags"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioTags:
    """`tags.ports.Tags` and `idle.ports.Tags` of one account and region."""

    sagemaker: SageMakerClient
    tagging: ResourceGroupsTaggingAPIClient

    def index(self) -> Iterator[tuple[Tagged, ...]]:
        """GetResources for all kinds, a hundred a page; it knows nothing that never had a tag."""
        with translated("tag:GetResources"):
            pages = self.tagging.get_paginator("get_resources").paginate(
                ResourceTypeFilters=_types(Kind), PaginationConfig=_PAGES
            )
            for page in pages:
                yield tuple(
                    Tagged(arn=each["ResourceARN"], kind=kind, tags={tag["Key"]: tag["Value"] for tag in each["Tags"]})
                    for each in page["ResourceTagMappingList"]
                    if (kind := kind_of(each["ResourceARN"])) is not None
                )

    def having(self, key: str) -> Mapping[str, str]:
        """GetResources: the value of a tag, by ARN in lower case, of every profile, space and app that carries it."""
        with translated("tag:GetResources"):
            pages = self.tagging.get_paginator("get_resources").paginate(
                ResourceTypeFilters=_types(IN_A_DOMAIN), TagFilters=[{"Key": key}], PaginationConfig=_PAGES
            )
            return {
                each["ResourceARN"].lower(): tag["Value"]
                for page in pages
                for each in page["ResourceTagMappingList"]
                for tag in each["Tags"]
                if tag["Key"] == key
            }

    def read(self, arn: str) -> Mapping[str, str]:
        """ListTags; raises NotFound if the resource is gone."""
        with _gone_is_not_found(), translated("sagemaker:ListTags"):
            pages = self.sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
            return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    def add(self, arns: Sequence[str], tags: Mapping[str, str]) -> None:
        """TagResources for several, AddTags for one; both replace values of keys that are there.

        One call for one resource is all the same to us, and TagResources has the lower limit: five a second.
        """
        if len(arns) == 1:
            self._add_to_one(arns[0], tags)
            return
        with translated(_WRITE):
            answer = self.tagging.tag_resources(ResourceARNList=list(arns), Tags=dict(tags))
        failed = answer.get("FailedResourcesMap", {})
        errors = [error for arn in sorted(failed) if (error := self._settled(arn, failed[arn], tags)) is not None]
        throttled = [error for error in errors if isinstance(error, Throttled)]
        for error in throttled or errors:  # what may be tried again comes first: the next try tells the others anew
            raise error

    def _settled(self, arn: str, failure: FailureInfoTypeDef, tags: Mapping[str, str]) -> AwsError | None:
        """What is left of the failure of one resource; None if nothing is."""
        code: str = failure.get("ErrorCode", "Unknown")
        message = failure.get("ErrorMessage", "")
        if _says_gone(code, message):
            return None
        if code == "InternalServiceException":  # a fault, or a kind that only SageMaker itself can tag (FailureInfo)
            try:
                self._add_to_one(arn, tags)
            except OutOfTime:
                raise
            except AwsError as error:
                return type(error)(_WRITE, error.code, f"{arn}: {error}")
            return None
        kind = error_of(code, failure.get("StatusCode", HTTPStatus.BAD_REQUEST))
        return None if issubclass(kind, NotFound) else kind(_WRITE, code, f"{arn}: {message}")

    def _add_to_one(self, arn: str, tags: Mapping[str, str]) -> None:
        try:
            with _gone_is_not_found(), translated(_WRITE_ONE):
                self.sagemaker.add_tags(
                    ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())]
                )
        except NotFound:
            return


def _types(kinds: Sequence[Kind] | type[Kind]) -> list[str]:
    return [f"sagemaker:{kind}" for kind in kinds]


def _says_gone(code: str, message: str) -> bool:
    """Operations on tags document no error; AWS often says that something is not valid for what is not there."""
    return code in _NOT_THERE and any(each in message.lower() for each in _GONE)


@contextmanager
def _gone_is_not_found() -> Iterator[None]:
    try:
        yield
    except AwsError as error:
        if _says_gone(error.code, str(error)):
            raise NotFound(error.operation, error.code, str(error)) from error
        raise
