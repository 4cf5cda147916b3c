"""What there is to be tagged in one account and region, as SageMaker's lists tell it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.aws.studio_apps import StudioApps
from concierge.model import App, Space, Status
from concierge.tags.model import Kind, Made

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

_MOST = 100  # of one page of any of these lists; their default is 10


@dataclass(frozen=True, slots=True)
class _List:
    """A List operation; `name` is what the fields with a resource's name and ARN begin with."""

    method: str
    items: str
    name: str
    since: str = "CreationTimeAfter"

    @property
    def operation(self) -> str:
        return "sagemaker:" + self.method.replace("_", " ").title().replace(" ", "")


_LISTS: Mapping[Kind, _List] = {
    Kind.TRAINING_JOB: _List("list_training_jobs", "TrainingJobSummaries", "TrainingJob"),
    Kind.PROCESSING_JOB: _List("list_processing_jobs", "ProcessingJobSummaries", "ProcessingJob"),
    Kind.TRANSFORM_JOB: _List("list_transform_jobs", "TransformJobSummaries", "TransformJob"),
    Kind.TUNING_JOB: _List(
        "list_hyper_parameter_tuning_jobs", "HyperParameterTuningJobSummaries", "HyperParameterTuningJob"
    ),
    Kind.PIPELINE: _List("list_pipelines", "PipelineSummaries", "Pipeline", since="CreatedAfter"),
    Kind.MODEL: _List("list_models", "Models", "Model"),
    Kind.ENDPOINT: _List("list_endpoints", "Endpoints", "Endpoint"),
    Kind.ENDPOINT_CONFIG: _List("list_endpoint_configs", "EndpointConfigs", "EndpointConfig"),
    Kind.NOTEBOOK_INSTANCE: _List("list_notebook_instances", "NotebookInstances", "NotebookInstance"),
    Kind.FEATURE_GROUP: _List("list_feature_groups", "FeatureGroupSummaries", "FeatureGroup"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioLists:
    """`tags.ports.Lists` over the SageMaker API of one region."""

    client: SageMakerClient
    apps_of_studio: StudioApps

    def profiles(self, domain_id: str) -> Iterator[str]:
        """ListUserProfiles: names, without those that are being deleted; a page at a time is in memory."""
        found = self.apps_of_studio.all_profiles(domain_id)
        return (name for name, status in found if status != Status.DELETING)

    def profile_arn(self, domain_id: str, name: str) -> str:
        """Built, as no list answers with it."""
        return self.apps_of_studio.profile_arn(domain_id, name)

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        """ListSpaces, without those that are being deleted."""
        return self.apps_of_studio.spaces(domain_id)

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """ListApps: what starts or runs."""
        return self.apps_of_studio.apps(domain_id)

    def made_since(self, kind: Kind, since: datetime) -> Iterator[Made]:
        """The kind's own list, filtered by AWS: every one of them takes a time of creation."""
        known = _LISTS[kind]
        asked: dict[str, Any] = {known.since: since, "PaginationConfig": {"PageSize": _MOST}}
        paginator: Any = self.client.get_paginator(known.method)  # type: ignore[call-overload]  # one of ten literals
        with translated(known.operation):
            for page in paginator.paginate(**asked):
                for each in page[known.items]:
                    yield Made(arn=each[f"{known.name}Arn"], kind=kind, name=each[f"{known.name}Name"])
