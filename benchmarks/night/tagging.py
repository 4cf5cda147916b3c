"""The Resource Groups Tagging API over the tags of a domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from benchmarks.night.messages import Json, Refused
from benchmarks.night.population import Domain
from benchmarks.night.studio import exists

_DEFAULT_PAGE, _MOST = 50, 100  # GetResources (API reference)
_MOST_WRITTEN = 20  # ARNs of one TagResources or UntagResources


class Tagging:
    """Each operation takes its input and gives its output; raises Refused."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self.operations: Mapping[str, Callable[[Json], Json]] = {
            "GetResources": self._get_resources,
            "TagResources": self._tag_resources,
            "UntagResources": self._untag_resources,
        }

    def _get_resources(self, asked: Json) -> Json:
        """What has tags or had some once, in the order in which it first got one."""
        if "ResourceARNList" in asked:
            return self._of_arns(asked)
        size, place = asked.get("ResourcesPerPage", _DEFAULT_PAGE), asked.get("PaginationToken") or "0"
        if not 1 <= size <= _MOST or not place.isdecimal():
            raise _invalid(f"ResourcesPerPage {size} or PaginationToken {place!r} is not valid")
        found: list[Any] = []
        for index, (arn, tags) in enumerate(islice(self._domain.tags.items(), int(place), None), start=int(place)):
            if not _fits(asked, arn, tags):
                continue
            if len(found) == size:
                return {"ResourceTagMappingList": found, "PaginationToken": str(index)}
            found.append(_mapping(arn, tags))
        return {"ResourceTagMappingList": found, "PaginationToken": ""}

    def _of_arns(self, asked: Json) -> Json:
        arns = asked["ResourceARNList"]
        if not 1 <= len(arns) <= _MOST or asked.keys() != {"ResourceARNList"}:
            raise _invalid("ResourceARNList takes 1 to 100 ARNs, and nothing beside it")
        known = self._domain.tags
        return {
            "ResourceTagMappingList": [_mapping(arn, known[arn]) for arn in arns if arn in known],
            "PaginationToken": "",
        }

    def _tag_resources(self, asked: Json) -> Json:
        return self._write(asked, lambda tags: tags.update(asked["Tags"]))

    def _untag_resources(self, asked: Json) -> Json:
        def remove(tags: dict[str, str]) -> None:
            for key in asked["TagKeys"]:
                tags.pop(key, None)

        return self._write(asked, remove)

    def _write(self, asked: Json, change: Callable[[dict[str, str]], None]) -> Json:
        """Changes what exists; the rest is in FailedResourcesMap, of an answer that is a success."""
        if not 1 <= len(asked["ResourceARNList"]) <= _MOST_WRITTEN:
            raise _invalid(f"ResourceARNList takes 1 to {_MOST_WRITTEN} ARNs")
        failed: dict[str, Any] = {}
        for arn in asked["ResourceARNList"]:
            if exists(self._domain, arn):
                change(self._domain.tags.setdefault(arn, {}))
            else:
                message = f"{arn} does not exist"
                failed[arn] = {"StatusCode": 400, "ErrorCode": "InvalidParameterException", "ErrorMessage": message}
        return {"FailedResourcesMap": failed}


def _fits(asked: Json, arn: str, tags: Mapping[str, str]) -> bool:
    """A type is `sagemaker` or `sagemaker:space`. All tag filters must fit; without values, one asks for the key."""
    types = asked.get("ResourceTypeFilters", ())
    service, kind = arn.split(":")[2], arn.split(":", 5)[-1].partition("/")[0]
    if types and service not in types and f"{service}:{kind}" not in types:
        return False
    return all(
        each["Key"] in tags and (not each.get("Values") or tags[each["Key"]] in each["Values"])
        for each in asked.get("TagFilters", ())
    )


def _mapping(arn: str, tags: Mapping[str, str]) -> Json:
    return {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _invalid(message: str) -> Refused:
    return Refused("InvalidParameterException", message)
