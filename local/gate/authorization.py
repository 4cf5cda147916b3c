"""An API call -> the actions, resources and condition keys that IAM judges it by.

Which resource types an action has, and what their ARNs look like, comes from the Service Authorization Reference as
`policy_sentry` carries it. What follows here are only the places where a call's parameters are not named like the
placeholders of an ARN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data

Parameters = Mapping[str, Any]

_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")


class Unresolvable(Exception):
    """The gate cannot tell which resource a call is about, so it cannot allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call as it reached AWS; `service` is the signing name."""

    service: str
    operation: str
    parameters: Parameters
    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action on one resource that must be allowed for the call, with the call's condition keys (lower case).

    dependent: asked for besides the call's own action (iam:PassRole, tags at birth), or for a further item of it.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]]
    dependent: bool = False


# API operations whose IAM action has another name (Service Authorization Reference).
_RENAMED = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "lambda:Invoke": "lambda:InvokeFunction",
    "dynamodb:TransactWriteItems": "dynamodb:PutItem",  # one need for each item, see _items
}
_PREFIXES = {"tagging": "tag", "resourcegroupstaggingapi": "tag"}
_ROLE_PASSING = ("CreateUserProfile", "UpdateUserProfile", "CreateDomain", "UpdateDomain")


def needs(call: ApiCall, role_path: Callable[[str, str], str], caller_is: str) -> Iterator[Need]:
    """Everything that has to be allowed; role_path(account, name) gives the path of an IAM role that exists or "".

    caller_is: the caller's role ARN, for nothing but messages.
    """
    prefix = _PREFIXES.get(call.service, call.service)
    action = _RENAMED.get(f"{prefix}:{call.operation}", f"{prefix}:{call.operation}")
    context = dict(_context(call))
    if call.operation == "TransactWriteItems":
        yield from _items(call, role_path, caller_is)
        return
    resources = list(_resources(action, call, role_path))
    if not resources:
        raise Unresolvable(f"{caller_is} calls {action}: the gate cannot tell which resource this is about")
    for resource in resources:
        yield Need(action=action, resource=resource, context=context)
    for resource in resources:
        yield from _dependent(call, resource, context)


def _items(call: ApiCall, role_path: Callable[[str, str], str], caller_is: str) -> Iterator[Need]:
    """A transaction needs for each of its items what the item alone would need."""
    for index, item in enumerate(call.parameters["TransactItems"]):
        alone = replace(call, operation="PutItem", parameters=item["Put"])
        for need in needs(alone, role_path, caller_is):
            yield replace(need, dependent=index > 0)


def _dependent(call: ApiCall, resource: str, context: Mapping[str, tuple[str, ...]]) -> Iterator[Need]:
    """Actions that a call needs besides its own (column "Dependent actions" of the reference)."""
    tagged = bool(call.parameters.get("Tags"))
    if call.service == "sagemaker" and call.operation.startswith("Create") and tagged:
        yield Need(action="sagemaker:AddTags", resource=resource, context=context, dependent=True)
    if call.service == "iam" and call.operation == "CreateRole" and tagged:
        yield Need(action="iam:TagRole", resource=resource, context=context, dependent=True)
    if call.service == "sts" and call.operation == "AssumeRole" and tagged:
        yield Need(action="sts:TagSession", resource=resource, context=context, dependent=True)
    if call.operation in _ROLE_PASSING:
        role = call.parameters.get("UserSettings", {}).get("ExecutionRole")
        if role:
            passed = {"iam:passedtoservice": ("sagemaker.amazonaws.com",)}
            yield Need(action="iam:PassRole", resource=role, context=passed, dependent=True)


def _resources(action: str, call: ApiCall, role_path: Callable[[str, str], str]) -> Iterator[str]:
    direct = call.parameters.get("ResourceArn") or call.parameters.get("SAMLProviderArn")
    if call.service == "sts":
        direct = call.parameters.get("RoleArn")
    if direct:
        yield str(direct)
        return
    prefix, _, name = action.partition(":")
    templates = _templates(prefix, name)
    if not templates:
        yield "*"
        return
    known = {"Partition": "aws", "Region": call.region, "Account": call.account, **_named(call, role_path)}
    filled = [each for each in (_fill(template, known) for template in templates) if each]
    if not filled and call.operation.startswith("List"):
        yield "*"
    for arn in sorted(filled, key=len)[-1:]:  # the most specific one: an index rather than its table
        yield _lowered(arn)


@cache
def _templates(prefix: str, action: str) -> tuple[str, ...]:
    reference = get_service_prefix_data(prefix)
    privilege = reference["privileges"].get(action) if reference else None
    if privilege is None:
        raise Unresolvable(f"{prefix}:{action} is no action of the Service Authorization Reference")
    return tuple(reference["resources"][kind]["arn"] for kind in privilege["resource_types"] if kind)


def _fill(template: str, known: Mapping[str, str]) -> str:
    """The ARN, or nothing if a placeholder has no value."""
    names = _PLACEHOLDER.findall(template)
    if not all(known.get(name) for name in names):
        return ""
    return _PLACEHOLDER.sub(lambda found: known[found[1]], template)


def _named(call: ApiCall, role_path: Callable[[str, str], str]) -> dict[str, str]:
    """Values for the placeholders of ARNs."""
    given = call.parameters
    values = {name: value for name, value in given.items() if isinstance(value, str)}
    if "QueueUrl" in values:
        values["QueueName"] = values["QueueUrl"].rpartition("/")[2]
    if "SpaceName" in values and "AppName" in values:
        values["UserProfileName"] = values["SpaceName"]  # the reference names the owner of an app so
    if "RequestItems" in given:
        values["TableName"] = next(iter(given["RequestItems"]))
    if "Entries" in given:
        values["EventBusName"] = given["Entries"][0].get("EventBusName", "default").rpartition("/")[2]
    if "RoleName" in values:
        path = values.get("Path") or role_path(call.account, values["RoleName"])
        values["RoleNameWithPath"] = path.lstrip("/") + values["RoleName"]
    if "Bucket" in values:
        values |= {"BucketName": values["Bucket"], "ObjectName": values.get("Key", "")}
    return values


def _lowered(arn: str) -> str:
    """Studio lower-cases the names in its ARNs."""
    return arn.lower() if ":sagemaker:" in arn else arn


def _context(call: ApiCall) -> Iterator[tuple[str, tuple[str, ...]]]:
    given = call.parameters
    tags = [tag for tag in given.get("Tags", ()) if isinstance(tag, Mapping) and "Key" in tag]
    for tag in tags:
        yield f"aws:requesttag/{tag['Key']}".lower(), (tag.get("Value", ""),)
    if tags:
        yield "aws:tagkeys", tuple(tag["Key"] for tag in tags)
    if "PermissionsBoundary" in given:
        yield "iam:permissionsboundary", (given["PermissionsBoundary"],)
    if "PolicyArn" in given:
        yield "iam:policyarn", (given["PolicyArn"],)
    if "RoleSessionName" in given:
        yield "sts:rolesessionname", (given["RoleSessionName"],)
    if call.service == "dynamodb":
        keys = tuple(_leading_keys(given))
        if keys:
            yield "dynamodb:leadingkeys", keys
    yield "aws:securetransport", ("true",)


def _leading_keys(given: Parameters) -> Iterator[str]:
    for table in given.get("RequestItems", {}).values():
        yield from (key["pk"]["S"] for key in table.get("Keys", ()))
    for holder in ("Item", "Key"):
        if "pk" in given.get(holder, {}):
            yield given[holder]["pk"]["S"]
    if "IndexName" not in given and ":pk" in given.get("ExpressionAttributeValues", {}):
        yield given["ExpressionAttributeValues"][":pk"]["S"]
