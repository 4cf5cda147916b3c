"""A call -> the condition keys that its parameters give. Keys in lower case, as policies are read.

Source: "AWS global condition context keys" (IAM User Guide) and the services' pages of the Service Authorization
Reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.gate.calls import ApiCall, Known

Pair = tuple[str, tuple[str, ...]]

_PLAIN: Mapping[str, Mapping[str, str]] = {
    "iam": {"PermissionsBoundary": "iam:permissionsboundary", "PolicyArn": "iam:policyarn"},
    "sts": {
        "RoleSessionName": "sts:rolesessionname",
        "ExternalId": "sts:externalid",
        "SourceIdentity": "sts:sourceidentity",
    },
    "events": {"Source": "events:source", "DetailType": "events:detail-type"},
    "lambda": {"FunctionArn": "lambda:functionarn"},
    "s3": {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "VersionId": "s3:versionid"},
    "sagemaker": {"AppNetworkAccessType": "sagemaker:appnetworkaccesstype"},
}
# Studio's keys gather a value wherever it stands in the request.
_ANYWHERE = {
    "InstanceType": "sagemaker:instancetypes",
    "LifecycleConfigArn": "sagemaker:studiolifecycleconfigarns",
    "LifecycleConfigArns": "sagemaker:studiolifecycleconfigarns",
    "SageMakerImageArn": "sagemaker:imagearns",
    "SageMakerImageVersionArn": "sagemaker:imageversionarns",
    "SharingType": "sagemaker:spacesharingtype",
}
_PARTITION_KEY_EQUALS = re.compile(r"\(?\s*(#?[\w.-]+)\s*=\s*(:\w+)")


def keys_of_call(call: ApiCall, known: Known) -> dict[str, tuple[str, ...]]:
    """Every key that the call gives a value."""
    return {key: values for key, values in _keys(call, known) if values}


def tags_of_call(call: ApiCall) -> dict[str, str]:
    """The tags that the call carries."""
    given = call.parameters.get("Tags") or call.parameters.get("tags") or ()
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in given if isinstance(tag, Mapping) and "Key" in tag}


def _keys(call: ApiCall, known: Known) -> Iterator[Pair]:
    yield "aws:requestedregion", (call.region,)
    tags = tags_of_call(call)
    for key, value in tags.items():
        yield f"aws:requesttag/{key}".lower(), (value,)
    yield "aws:tagkeys", tuple(tags or call.parameters.get("TagKeys", ()))
    for parameter, key in _PLAIN.get(call.service, {}).items():
        if isinstance(call.parameters.get(parameter), str):
            yield key, (call.parameters[parameter],)
    match call.service:
        case "sts":
            yield "sts:transitivetagkeys", tuple(call.parameters.get("TransitiveTagKeys", ()))
        case "dynamodb":
            yield "dynamodb:leadingkeys", tuple(_leading_keys(call, known))
        case "sagemaker":
            yield from _gathered(call.parameters)


def _gathered(parameters: Mapping[str, Any]) -> Iterator[Pair]:
    found: dict[str, dict[str, None]] = {}
    for name, value in _everything(parameters):
        if name in _ANYWHERE:
            found.setdefault(_ANYWHERE[name], {})[value] = None
    yield from ((key, tuple(values)) for key, values in found.items())


def _everything(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in the request, with the name of the parameter that it stands in."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _everything(item, inner)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _everything(item, name)


def _leading_keys(call: ApiCall, known: Known) -> Iterator[str]:
    """Values of the partition key, of the index if the call reads one; a Scan names none."""
    given = call.parameters
    table = str(given.get("TableName", "")).rpartition("/")[2]
    key = known.hash_key(call.account, call.region, table, given.get("IndexName"))
    holders = [given.get("Item"), given.get("Key"), *given.get("Keys", ())]
    yield from (_text(holder[key]) for holder in holders if holder and key in holder)
    if key in given.get("KeyConditions", {}):
        yield from (_text(value) for value in given["KeyConditions"][key]["AttributeValueList"])
    names, values = given.get("ExpressionAttributeNames", {}), given.get("ExpressionAttributeValues", {})
    for name, value in _PARTITION_KEY_EQUALS.findall(given.get("KeyConditionExpression", "")):
        if names.get(name, name) == key and value in values:
            yield _text(values[value])


def _text(attribute: Mapping[str, Any]) -> str:
    """{"S": "x"} -> "x"."""
    return str(next(iter(attribute.values())))
