"""What people make in Studio, such as jobs and models: moto has them, and here their tags are SageMaker's.

moto keeps a second value of a tag beside the first, and its Resource Groups Tagging knows nothing of SageMaker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from local.studio import tagging
from local.studio.backend import Answer, Place, Request

_WHERE = {
    "training-job": "training_jobs",
    "processing-job": "processing_jobs",
    "transform-job": "transform_jobs",
    "hyper-parameter-tuning-job": "hyper_parameter_tuning_jobs",
    "pipeline": "pipelines",
    "model": "_models",
    "endpoint": "endpoints",
    "endpoint-config": "endpoint_configs",
    "notebook-instance": "notebook_instances",
    "feature-group": "feature_groups",
}


@dataclass(frozen=True, slots=True)
class Made:
    """One of moto's resources."""

    kind: str
    arn: str
    resource: Any

    @property
    def tags(self) -> dict[str, str]:
        """By key."""
        return {tag["Key"]: tag["Value"] for tag in self.resource.tags or ()}

    def tag(self, tags: Mapping[str, str]) -> None:
        """Adds, and replaces values of keys that are there."""
        self.resource.tags = tagging.tag_list({**self.tags, **tags})

    def untag(self, keys: frozenset[str]) -> None:
        """Removes what is there."""
        self.resource.tags = tagging.tag_list({key: value for key, value in self.tags.items() if key not in keys})


def is_made(arn: str) -> bool:
    """Whether an ARN is of such a kind, whether or not the resource exists."""
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[2] == "sagemaker" and parts[5].partition("/")[0] in _WHERE


def made_in(place: Place) -> Iterator[Made]:
    """Everything that was made there."""
    backend = sagemaker_backends[place.account][place.region]
    for kind, where in _WHERE.items():
        for resource in list(getattr(backend, where).values()):
            arn = getattr(
                resource, "endpoint_config_arn", resource.arn
            )  # moto has a tuple as an endpoint config's `arn`
            yield Made(kind, arn, resource)


def find(place: Place, arn: str) -> Made | None:
    """The resource of an ARN, compared without case."""
    return next((each for each in made_in(place) if each.arn.lower() == arn.lower()), None)


def mappings(place: Place, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GetResources: those with a tag that pass every filter."""
    types = set(request.get("ResourceTypeFilters") or ())
    filters = request.get("TagFilters") or ()
    wanted = request.get("ResourceARNList")
    return [
        {"ResourceARN": each.arn, "Tags": tagging.tag_list(each.tags)}
        for each in made_in(place)
        if each.tags
        and (not types or types & {"sagemaker", f"sagemaker:{each.kind}"})
        and (not wanted or each.arn in wanted)
        and tagging.has(each.tags, filters)
    ]


def feature_groups(place: Place, _request: Request) -> Answer:
    """ListFeatureGroups, which moto lacks: one page, without filters."""
    found = (each for each in made_in(place) if each.kind == "feature-group")
    return {
        "FeatureGroupSummaries": [
            {
                "FeatureGroupName": each.resource.feature_group_name,
                "FeatureGroupArn": each.arn,
                "CreationTime": each.resource.creation_time,
                "FeatureGroupStatus": "Created",
            }
            for each in found
        ]
    }


def tag_or_untag(place: Place, request: Mapping[str, Any], arns: Iterable[str]) -> dict[str, Any]:
    """TagResources (`Tags`) and UntagResources (`TagKeys`) for these ARNs; answers with those that failed."""
    failed = {}
    for arn in arns:
        each = find(place, arn)
        if each is None:
            failed[arn] = tagging.failure(f"{arn} does not exist.")
            continue
        each.tag(request.get("Tags", {}))
        each.untag(frozenset(request.get("TagKeys", ())))
    return failed
