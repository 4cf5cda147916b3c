"""An API call -> everything that IAM must allow for it: actions, resources, condition keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from local.gate.arns import dependent_actions, resources
from local.gate.calls import ApiCall, Known, Need
from local.gate.keys import keys_of_call, tags_of_call
from local.gate.parts import parts

# API operations whose IAM action has another name (Service Authorization Reference). For S3, moto names the action.
_RENAMED = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "lambda:InvokeAsync": "lambda:InvokeFunction",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "sns:PublishBatch": "sns:Publish",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
# Creating with tags needs these too, which the reference does not list (IAM User Guide, "Tagging IAM resources").
_TAGGING = {
    "iam:CreatePolicy": "iam:TagPolicy",
    "iam:CreateRole": "iam:TagRole",
    "iam:CreateSAMLProvider": "iam:TagSAMLProvider",
    "sts:AssumeRole": "sts:TagSession",
}
_ROLE = re.compile(r"arn:[^:]+:iam::\d{12}:role/.+")


def needs(call: ApiCall, known: Known) -> tuple[Need, ...]:
    """Everything that has to be allowed, the call's own action first, each once. Raises Unresolvable."""
    found: dict[tuple[str, str, tuple[Any, ...]], Need] = {}
    for part in parts(call):
        for need in _needs(part, known):
            key = (need.action, need.resource, tuple(sorted(need.context.items())))
            found.setdefault(key, replace(need, dependent=need.dependent or bool(found)))
    return tuple(found.values())


def _needs(call: ApiCall, known: Known) -> Iterator[Need]:
    action = _RENAMED.get(call.action, call.action)
    context = keys_of_call(call, known)
    for resource in resources(action, call, known):
        yield Need(action=action, resource=resource, context=context)
        for besides in _besides(action, call):
            yield Need(action=besides, resource=resource, context=context, dependent=True)
    if call.service not in ("iam", "sts"):
        passed = {**context, "iam:passedtoservice": (f"{call.service}.amazonaws.com",)}
        for role in dict.fromkeys(_roles(call.parameters)):
            yield Need(action="iam:PassRole", resource=role, context=passed, dependent=True)


def _besides(action: str, call: ApiCall) -> Iterator[str]:
    """Actions on the same resource that the call needs besides its own."""
    if tags_of_call(call):
        if action in _TAGGING:
            yield _TAGGING[action]
        if "sagemaker:AddTags" in dependent_actions(action):
            yield "sagemaker:AddTags"
    if action == "sts:AssumeRole" and call.parameters.get("SourceIdentity"):
        yield "sts:SetSourceIdentity"
    if action == "s3:PutObject" and call.parameters.get("Tagging"):
        yield "s3:PutObjectTagging"


def _roles(value: Any, name: str = "") -> Iterator[str]:
    """Roles that the call hands to the service, wherever they stand in it: ExecutionRole, RoleArn, role…"""
    if isinstance(value, str):
        if name.lower().endswith(("role", "rolearn")) and _ROLE.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _roles(item, inner)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _roles(item, name)
