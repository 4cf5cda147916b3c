"""Tags of Studio resources, and what the Resource Groups Tagging API knows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from local.studio.refusals import invalid
from local.studio.resources import KINDS, Resource, Shelf

_MOST_TAGS = 50
_MOST_ARNS = 20  # TagResources and UntagResources, API reference
_PREFIXES = frozenset(kind.arn_prefix for kind in KINDS.values())


def is_studio(arn: str) -> bool:
    """Whether an ARN is of a kind that lives here, whether or not the resource exists."""
    parts = arn.split(":", 5)
    return len(parts) == 6 and parts[2] == "sagemaker" and parts[5].partition("/")[0] in _PREFIXES


def add(resource: Resource, tags: Mapping[str, str]) -> None:
    """Replaces values of keys that are there."""
    together = {**resource.tags, **tags}
    if len(together) > _MOST_TAGS:
        raise invalid(f"{resource.arn} would have {len(together)} tags; {_MOST_TAGS} are the most.")
    resource.tags = together
    resource.was_tagged = resource.was_tagged or bool(tags)


def remove(resource: Resource, keys: Iterable[str]) -> None:
    """Removes what is there."""
    gone = set(keys)
    resource.tags = {key: value for key, value in resource.tags.items() if key not in gone}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as AWS spells them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def mappings(shelf: Shelf, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """GetResources: what has, or once had, a tag and passes every filter."""
    return [
        {"ResourceARN": each.arn, "Tags": tag_list(each.tags)}
        for each in shelf.all()
        if each.was_tagged
        and each.status != "Deleted"
        and _is_of(each, request.get("ResourceTypeFilters") or ())
        and each.arn in (request.get("ResourceARNList") or [each.arn])
        and has(each.tags, request.get("TagFilters") or ())
    ]


def tag_or_untag(shelf: Shelf, request: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """TagResources (`Tags`) and UntagResources (`TagKeys`) for Studio's ARNs; answers with those that failed."""
    failed = {}
    for arn in request["ResourceARNList"]:
        resource = shelf.by_arn(arn)
        if resource is None or resource.status == "Deleted":
            failed[arn] = failure(f"{arn} does not exist.")
            continue
        if len({*resource.tags, *request.get("Tags", {})}) > _MOST_TAGS:
            failed[arn] = failure(f"{arn} would have more than {_MOST_TAGS} tags.")
            continue
        add(resource, request.get("Tags", {}))
        remove(resource, request.get("TagKeys", ()))
    return failed


def too_many(arns: Sequence[str]) -> str:
    """AWS's message for more ARNs than one request may name, or nothing."""
    return f"ResourceARNList must have at most {_MOST_ARNS} items" if len(arns) > _MOST_ARNS else ""


def failure(message: str) -> dict[str, Any]:
    """What TagResources says of an ARN that it could not tag."""
    return {"StatusCode": 400, "ErrorCode": "InvalidParameterException", "ErrorMessage": message}


def _is_of(resource: Resource, types: Iterable[str]) -> bool:
    wanted = set(types)
    return not wanted or bool(wanted & {"sagemaker", f"sagemaker:{resource.kind.arn_prefix}"})


def has(tags: Mapping[str, str], filters: Iterable[Mapping[str, Any]]) -> bool:
    """Every filter's key is there, with one of its values if it has any."""
    return all(each["Key"] in tags and tags[each["Key"]] in (each.get("Values") or tags.values()) for each in filters)
