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
from local.studio import made, tagging
from local.studio.backend import Answer, Place, Request, StudioBackend
from local.studio.listing import offset, token
from local.studio.refusals import Refused, invalid, not_found
from local.studio.resources import KINDS, Kind
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
                operations[xform_name(operation)] = _operation(operation, _act(backend, kind, verb))
    operations["create_presigned_domain_url"] = _operation("CreatePresignedDomainUrl", backend.presign)
    operations["list_feature_groups"] = _operation("ListFeatureGroups", made.feature_groups)
    for operation in ("AddTags", "DeleteTags", "ListTags"):
        name = xform_name(operation)
        operations[name] = _tags(backend, operation, getattr(SageMakerResponse, name))
    own = ResourceGroupsTaggingAPIResponse
    bulk: dict[str, Respond] = {
        "get_resources": _get_resources(backend),
        "tag_resources": _tag_resources(backend, own.tag_resources),
        "untag_resources": _tag_resources(backend, own.untag_resources),
    }
    with patched(SageMakerResponse, operations), patched(own, bulk):
        yield


def _act(backend: StudioBackend, kind: Kind, verb: str) -> Callable[[Place, Request], Answer]:
    def act(place: Place, request: Request) -> Answer:
        match verb:
            case "Create":
                return backend.create(place, kind, request)
            case "Describe":
                return backend.describe(place, kind, request)
            case "Update":
                return backend.update(place, kind, request)
            case "Delete":
                return backend.delete(place, kind, request)
            case "List":
                return backend.list(place, kind, request)
            case _:
                raise ValueError(f"Studio has no operation {verb}{kind.name}")

    return act


def _operation(operation: str, act: Callable[[Place, Request], Answer]) -> Respond:
    def respond(response: Any) -> ActionResult:
        with _aws_errors():
            answer = act(_place(response), _request(response, operation))
        shape = model().operation_model(operation).output_shape
        return ActionResult({} if shape is None else {name: answer[name] for name in shape.members if name in answer})

    return respond


def _tags(backend: StudioBackend, operation: str, original: Respond) -> Respond:
    def respond(response: Any) -> ActionResult:
        with _aws_errors():
            request = _request(response, operation)
            arn = request["ResourceArn"]
            if made.is_made(arn) and (found_made := made.find(_place(response), arn)) is not None:
                found_made.tag({tag["Key"]: tag["Value"] for tag in request.get("Tags", ())})
                found_made.untag(frozenset(request.get("TagKeys", ())))
                return ActionResult({} if operation == "DeleteTags" else {"Tags": tagging.tag_list(found_made.tags)})
            if not tagging.is_studio(arn):
                return original(response)
            with backend.shelf(_place(response)) as shelf:
                found = shelf.by_arn(arn)
                if found is None or found.status == "Deleted":
                    raise not_found(f"{arn} does not exist.")
                tagging.add(found, {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())})
                tagging.remove(found, request.get("TagKeys", ()))
                tags = tagging.tag_list(found.tags)
        return ActionResult({} if operation == "DeleteTags" else {"Tags": tags})

    return respond


def _get_resources(backend: StudioBackend) -> Respond:
    """Studio's resources first, then what people made in it, then those of the services that moto itself knows."""

    def respond(response: Any) -> ActionResult:
        request = json.loads(response.body or "{}")
        with _aws_errors():
            start = offset(request.get("PaginationToken"), "PaginationTokenExpiredException")
            size = int(request.get("ResourcesPerPage", _PAGE))
            if not 1 <= size <= _PAGE:
                raise Refused("InvalidParameterException", f"ResourcesPerPage must be between 1 and {_PAGE}")
            with backend.shelf(_place(response)) as shelf:
                found = tagging.mappings(shelf, request)
            found += made.mappings(_place(response), request)
        others = response.backend._get_resources_generator(  # noqa: SLF001 - moto's public method pages on its own
            tag_filters=request.get("TagFilters") or [],
            resource_type_filters=request.get("ResourceTypeFilters") or [],
            resource_arn_list=request.get("ResourceARNList") or [],
        )
        found += [{"ResourceARN": each.arn, "Tags": tagging.tag_list(each.tags)} for each in others]
        end = start + size
        following = token(end) if end < len(found) else ""
        return ActionResult({"ResourceTagMappingList": found[start:end], "PaginationToken": following})

    return respond


def _tag_resources(backend: StudioBackend, original: Respond) -> Respond:
    """A request names resources of SageMaker, or those of other services; one that mixes them is refused."""

    def respond(response: Any) -> ActionResult:
        request = json.loads(response.body or "{}")
        arns = request["ResourceARNList"]
        with _aws_errors():
            if message := tagging.too_many(arns):
                raise Refused("InvalidParameterException", message)
            others = [arn for arn in arns if made.is_made(arn)]
            studio = [arn for arn in arns if tagging.is_studio(arn)]
            if not studio and not others:
                return original(response)
            if len(studio) + len(others) < len(arns):
                raise Refused(
                    "InvalidParameterException", "This stack tags SageMaker and other services one after another"
                )
            _require_valid_tags(arns[0], request)
            failed = made.tag_or_untag(_place(response), request, others)
            with backend.shelf(_place(response)) as shelf:
                failed |= tagging.tag_or_untag(shelf, {**request, "ResourceARNList": studio})
            return ActionResult({"FailedResourcesMap": failed})

    return respond


def _require_valid_tags(arn: str, request: Request) -> None:
    if message := problems("AddTags", {"ResourceArn": arn, "Tags": tagging.tag_list(request.get("Tags", {}))}):
        raise Refused("InvalidParameterException", message)


def _request(response: Any, operation: str) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(response.body or "{}")
    if message := problems(operation, request):
        raise invalid(message)
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
