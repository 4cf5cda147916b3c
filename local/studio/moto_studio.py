"""Puts Studio's operations into moto's SageMaker and Resource Groups Tagging, and takes them out again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore import xform_name
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse
from moto.sagemaker.responses import SageMakerResponse

from local.patching import patched
from local.studio.backend import Place, Refused, StudioBackend, members
from local.studio.resources import KINDS, Kind, Resource
from local.studio.validation import model, problems

_PAGE = 100  # GetResources, API reference
_VERBS = ("Create", "Describe", "Update", "Delete", "List")

Respond = Callable[[Any], ActionResult]


@contextmanager
def installed(backend: StudioBackend) -> Iterator[None]:
    """While open, moto answers for Studio out of `backend`."""
    operations: dict[str, Respond] = {}
    for kind in KINDS.values():
        for verb in _VERBS:
            operation = f"{verb}{kind.name}{'s' if verb == 'List' else ''}"
            if operation in model().operation_names:
                operations[xform_name(operation)] = _operation(backend, kind, verb, operation)
    operations["create_presigned_domain_url"] = _presign(backend)
    for name in ("add_tags", "delete_tags", "list_tags"):
        operations[name] = _tags(backend, name, getattr(SageMakerResponse, name))
    tagging = {"get_resources": _get_resources(backend)}
    with patched(SageMakerResponse, operations), patched(ResourceGroupsTaggingAPIResponse, tagging):
        yield


def _operation(backend: StudioBackend, kind: Kind, verb: str, operation: str) -> Respond:
    def respond(response: Any) -> ActionResult:
        request = _request(response, operation)
        place = _place(response)
        with backend.shelf(place).lock, _aws_errors():
            match verb:
                case "Create":
                    answer = backend.create(place, kind, request)
                case "Describe":
                    answer = backend.describe(place, kind, request)
                case "Update":
                    answer = backend.update(place, kind, request)
                case "Delete":
                    answer = backend.delete(place, kind, request)
                case _:
                    rows, token = backend.list(place, kind, request)
                    answer = {f"{kind.name}s": rows, **({"NextToken": token} if token else {})}
        return ActionResult(members(operation, answer))

    return respond


def _presign(backend: StudioBackend) -> Respond:
    def respond(response: Any) -> ActionResult:
        request = _request(response, "CreatePresignedDomainUrl")
        with _aws_errors():
            return ActionResult(backend.presign(_place(response), request))

    return respond


def _tags(backend: StudioBackend, name: str, original: Respond) -> Respond:
    operation = {"add_tags": "AddTags", "delete_tags": "DeleteTags", "list_tags": "ListTags"}[name]

    def respond(response: Any) -> ActionResult:
        request = _request(response, operation)
        found = backend.shelf(_place(response)).by_arn(request["ResourceArn"])
        if found is None:
            return original(response)
        for tag in request.get("Tags", ()):
            found.tags[tag["Key"]] = tag["Value"]
            found.was_tagged = True
        for key in request.get("TagKeys", ()):
            found.tags.pop(key, None)
        return ActionResult({"Tags": _tag_list(found)} if name != "delete_tags" else {})

    return respond


def _get_resources(backend: StudioBackend) -> Respond:
    def respond(response: Any) -> ActionResult:
        request = json.loads(response.body or "{}")
        kinds = request.get("ResourceTypeFilters") or ["sagemaker"]
        found = [each for each in backend.shelf(_place(response)).tagged() if _is_of(each, kinds)]
        start = int(request.get("PaginationToken") or 0)
        end = start + min(_PAGE, int(request.get("ResourcesPerPage", _PAGE)))
        page = [{"ResourceARN": each.arn, "Tags": _tag_list(each)} for each in found[start:end]]
        token = str(end) if end < len(found) else ""
        return ActionResult({"ResourceTagMappingList": page, "PaginationToken": token})

    return respond


def _is_of(resource: Resource, kinds: list[str]) -> bool:
    own = resource.arn.split(":", 5)[5].partition("/")[0]
    return resource.status != "Deleted" and ("sagemaker" in kinds or f"sagemaker:{own}" in kinds)


def _tag_list(resource: Resource) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in resource.tags.items()]


def _request(response: Any, operation: str) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(response.body or "{}")
    if message := problems(operation, request):
        raise _AwsError("ValidationException", message)
    return request


def _place(response: Any) -> Place:
    return Place(account=response.current_account, region=response.region)


class _AwsError(JsonRESTError):
    code = 400


@contextmanager
def _aws_errors() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        raise _AwsError(error.code, str(error)) from error
