"""SageMaker resources as far as their tags are concerned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of resource that a person has; the values are how ARNs spell them (API reference)."""

    PROFILE = "user-profile"
    SPACE = "space"
    APP = "app"
    TRAINING_JOB = "training-job"
    PROCESSING_JOB = "processing-job"
    TRANSFORM_JOB = "transform-job"
    TUNING_JOB = "hyper-parameter-tuning-job"
    PIPELINE = "pipeline"
    MODEL = "model"
    ENDPOINT = "endpoint"
    ENDPOINT_CONFIG = "endpoint-config"
    NOTEBOOK_INSTANCE = "notebook-instance"
    FEATURE_GROUP = "feature-group"

    @property
    def plural(self) -> str:
        """In words: "profiles", "training jobs"."""
        return "profiles" if self is Kind.PROFILE else f"{self.value.replace('-', ' ')}s"


IN_A_DOMAIN = (Kind.PROFILE, Kind.SPACE, Kind.APP)  # their ARNs name the domain: <kind>/<domain id>/...
IN_THE_ACCOUNT = tuple(kind for kind in Kind if kind not in IN_A_DOMAIN)  # <kind>/<name>
_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A resource as the tagging index knows it."""

    arn: str
    kind: Kind
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource of the account as its list knows it."""

    arn: str
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceTags:
    """A resource as it is; `name` is what an administrator calls it."""

    arn: str
    kind: Kind
    name: str
    tags: Mapping[str, str] = field(default_factory=dict)


def kind_of(arn: str) -> Kind | None:
    """From `arn:aws:sagemaker:<region>:<account>:<kind>/...`; None for a kind that nobody asked for.

    What belongs to a resource of the account, such as an execution of a pipeline, is none of these kinds.
    """
    first, *rest = path_of(arn)
    kind = _KINDS.get(first)
    return None if kind in IN_THE_ACCOUNT and len(rest) != 1 else kind


def path_of(arn: str) -> list[str]:
    """The parts of an ARN that name the resource: its kind, its domain if it has one, its name."""
    return arn.split(":", 5)[-1].split("/")
