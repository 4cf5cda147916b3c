"""IAM roles, and what else AWS knows of resources when it judges a call, as moto keeps them."""

from __future__ import annotations

import re
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.iam.models import Role, iam_backends
from moto.secretsmanager.models import secretsmanager_backends

# For a role that does not exist there is no path to know, and what AWS judges instead is not documented. Here it is
# the path of generated roles, which are the only ones that functions look for before they exist.
_PATH_OF_MISSING_ROLES = "/studio/exec/"


def role_of(arn: str) -> Role | None:
    """The IAM role of an ARN, of whatever account."""
    found = re.fullmatch(r"arn:[^:]+:iam::(\d{12}):role/.*", arn)
    if found is None:
        return None
    roles = list(iam_backends[found[1]]["aws"].roles.values())
    return next((role for role in roles if role.arn == arn), None)


def tags_of(role: Role) -> dict[str, str]:
    """A role's own tags."""
    return {tag["Key"]: tag["Value"] for tag in role.tags or []}


def document_of(policy: Any) -> str:
    """The default version of a managed policy."""
    return next(str(version.document) for version in policy.versions if version.is_default_version)


class KnownToMoto:
    """Implements `calls.Known`."""

    def role_arn(self, account: str, name: str) -> str:
        """IAM's names ignore case when they are created, and not when they are asked for."""
        roles = list(iam_backends[account]["aws"].roles.values())
        missing = f"arn:aws:iam::{account}:role{_PATH_OF_MISSING_ROLES}{name}"
        return next((str(role.arn) for role in roles if role.name == name), missing)

    def hash_key(self, account: str, region: str, table: str, index: str | None) -> str:
        """From the table's or the index's key schema."""
        found = dynamodb_backends[account][region].tables.get(table)
        if found is None:
            return ""
        schemas = {each.name: each.schema for each in [*found.indexes, *found.global_indexes]}
        schema = found.schema if index is None else schemas.get(index, [])
        return next((str(key["AttributeName"]) for key in schema if key["KeyType"] == "HASH"), "")

    def secret_arn(self, account: str, region: str, secret: str) -> str:
        """From the name, the ARN, or the ARN without its last six letters."""
        found = secretsmanager_backends[account][region].secrets.get(secret)
        return str(found.arn) if found is not None else ""
