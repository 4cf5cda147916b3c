"""IAM roles as moto keeps them."""

from __future__ import annotations

import re
from typing import Any

from moto.iam.models import Role, iam_backends


def role_of(arn: str) -> Role | None:
    """The IAM role of an ARN, of whatever account."""
    found = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):role/.*", arn)
    if found is None:
        return None
    roles = iam_backends[found[1]]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def tags_of(role: Role) -> dict[str, str]:
    """A role's own tags."""
    return {tag["Key"]: tag["Value"] for tag in role.tags or []}


def role_path(account: str, name: str) -> str:
    """The path of a role; for one that does not exist, that of generated roles, which are the only ones looked for."""
    roles = iam_backends[account]["aws"].roles.values()
    return next((str(role.path) for role in roles if role.name == name), "/studio/exec/")


def document_of(policy: Any) -> str:
    """The default version of a managed policy."""
    return next(str(version.document) for version in policy.versions if version.is_default_version)
