"""May SageMaker assume this role by now?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.models import Role, iam_backends

from local.studio.refusals import invalid

_SERVICE = "sagemaker.amazonaws.com"
_ASSUMING = ("sts:AssumeRole", "sts:*", "*")


def require_assumable(account: str, request: Mapping[str, Any], now: datetime, propagation: timedelta) -> None:
    """Every execution role that a request names can be assumed.

    Studio cannot assume a role right after it was made: 10 to 60 seconds on AWS, `propagation` here. moto dates roles
    by the real time, so `now` is that, whatever the stack's clock says.
    """
    for arn in _named(request):
        role = next((each for each in iam_backends[account]["aws"].roles.values() if each.arn == arn), None)
        if role is None or now - role.create_date.replace(tzinfo=UTC) < propagation or not _trusts_sagemaker(role):
            raise invalid(f"SageMaker is unable to assume the execution role {arn}.")


def _named(request: Mapping[str, Any]) -> Iterator[str]:
    for settings in ("UserSettings", "DefaultUserSettings", "DefaultSpaceSettings"):
        role = request.get(settings, {}).get("ExecutionRole")
        if role is not None:
            yield role


def _trusts_sagemaker(role: Role) -> bool:
    """Whether a statement lets SageMaker in; the statement's conditions are not judged."""
    found = role.assume_role_policy_document
    document = json.loads(found) if isinstance(found, str) else found
    return any(
        statement.get("Effect") == "Allow"
        and isinstance(statement.get("Principal"), dict)
        and _SERVICE in _several(statement["Principal"].get("Service"))
        and any(action in _ASSUMING for action in _several(statement.get("Action")))
        for statement in _several(document.get("Statement"))
    )


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
