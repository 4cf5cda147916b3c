"""Condition keys that neither the call nor the caller gives: the moment, the connection, the resource's own state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from local.gate.calls import Need
from local.gate.roles import role_of, tags_of


def of_the_moment(now: datetime) -> dict[str, tuple[str, ...]]:
    """What is so for every request. It counts as made over TLS, which is not spoken on a laptop."""
    now = now.astimezone(UTC)
    return {
        "aws:currenttime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:securetransport": ("true",),
        "aws:sourceip": ("127.0.0.1",),
    }


def of_the_resource(need: Need, studio_tags: Callable[[str], Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Tags of roles and Studio resources, and a role's boundary; other services' tags are not looked up."""
    context: dict[str, tuple[str, ...]] = {}
    role = role_of(need.resource) if need.action.startswith(("iam:", "sts:")) else None
    if role is not None and role.permissions_boundary_arn:
        context["iam:permissionsboundary"] = (role.permissions_boundary_arn,)
    prefix, tags = ("sagemaker", studio_tags(need.resource)) if role is None else ("iam", tags_of(role))
    for key, value in tags.items():
        context[f"aws:resourcetag/{key}".lower()] = context[f"{prefix}:resourcetag/{key}".lower()] = (value,)
    return context
