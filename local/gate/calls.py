"""What the gate is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from local.gate.patterns import Context

Parameters = Mapping[str, Any]


class Unresolvable(Exception):
    """The gate cannot tell which resource a call is about, so it cannot allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call as it reached AWS; `service` is the signing name, `parameters` are named as the API names them."""

    service: str
    operation: str
    parameters: Parameters
    account: str
    region: str
    partition: str = "aws"

    @property
    def action(self) -> str:
        """As a policy would name it, if IAM named actions as the API names operations."""
        return f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action on one resource that must be allowed for the call, with the call's condition keys (lower case).

    dependent: asked for besides the call's own action (iam:PassRole, tags at birth), or for a further item of it.
    """

    action: str
    resource: str
    context: Context
    dependent: bool = False


class Known(Protocol):
    """What AWS knows of existing resources when it judges a call."""

    def role_arn(self, account: str, name: str) -> str:
        """The ARN of an IAM role, with its path."""

    def hash_key(self, account: str, region: str, table: str, index: str | None) -> str:
        """The name of the partition key of a DynamoDB table or index, "" for one that does not exist."""

    def secret_arn(self, account: str, region: str, secret: str) -> str:
        """The ARN of a secret, with what AWS adds to its name; "" for one that does not exist."""


# Signing names that are no prefixes of actions (Service Authorization Reference).
_PREFIXES = {"tagging": "tag", "monitoring": "cloudwatch", "email": "ses"}
