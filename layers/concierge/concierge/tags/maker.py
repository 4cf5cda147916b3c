"""Who made a job, a model or an endpoint: the tags that Studio puts on what is made in it.

Source: "Multiple domains overview" and "Isolate domain resources" (SageMaker AI Developer Guide). A resource has the
ARN of the profile or of the space that it was made in; one with the ARN of the domain alone is nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concierge.tags.model import Kind

_TAGS = (("sagemaker:user-profile-arn", Kind.PROFILE), ("sagemaker:space-arn", Kind.SPACE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A profile or a space, by the id of its domain and its own name in lower case."""

    domain_id: str
    kind: Kind
    name: str


def maker_of(tags: Mapping[str, str], *, account: str, region: str) -> Maker | None:
    """The profile if a tag names one, else the space; None if none is named that can be of this account and region."""
    for key, kind in _TAGS:
        match tags.get(key, "").lower().split(":", 5):
            case ["arn", _, "sagemaker", where, whose, path] if (where, whose) == (region, account):
                match path.split("/"):
                    case [named, domain_id, name] if named == kind and domain_id and name:
                        return Maker(domain_id=domain_id, kind=kind, name=name)
    return None
