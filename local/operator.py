"""What an operator of the stack holds: a session for everything, and the environment that moto reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import urllib3

from local.template.deployment import FunctionConfig


class OperatorSession(boto3.Session):
    """Clients that reach the stack, with credentials that are no role's."""

    def __init__(self, endpoint: str, region: str) -> None:
        super().__init__(aws_access_key_id="operator", aws_secret_access_key="operator", region_name=region)  # noqa: S106 - moto asks for something
        self._endpoint = endpoint

    def client(self, *arguments: Any, **named: Any) -> Any:
        """As boto3's, with the stack's endpoint."""
        return super().client(*arguments, **{"endpoint_url": self._endpoint, **named})


def with_environment(**variables: str) -> Callable[[], None]:
    """Sets environment variables; what comes back restores them."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)

    def restore() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    return restore


def reset(endpoint: str) -> None:
    """Empties moto, which a former stack of this process may have left full."""
    urllib3.request("POST", f"{endpoint}/moto-api/reset")


def credentials_of(session: boto3.Session, function: FunctionConfig) -> Mapping[str, str]:
    """Credentials of a function's own role, as Lambda gives them to it."""
    assumed = session.client("sts").assume_role(RoleArn=function.role, RoleSessionName=function.name[:64])
    return {name: str(value) for name, value in assumed["Credentials"].items()}
