"""What an operator of the stack holds: a session for everything, and the environment that moto reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import urllib3

from local.template.deployment import FunctionConfig


class OperatorSession(boto3.Session):
    """Clients that reach the stack, with credentials that are no role's; `account` None is the stack's own."""

    def __init__(self, endpoint: str, region: str, account: str | None = None) -> None:
        super().__init__(aws_access_key_id="operator", aws_secret_access_key="operator", region_name=region)  # noqa: S106 - moto asks for something
        self._endpoint = endpoint
        self._account = account

    def client(self, *arguments: Any, **named: Any) -> Any:
        """As boto3's, with the stack's endpoint."""
        client = super().client(*arguments, **{"endpoint_url": self._endpoint, **named})
        if self._account is not None:
            client.meta.events.register("before-sign.*.*", self._into_account)
        return client

    def _into_account(self, request: Any, **_: object) -> None:
        """moto takes the account from the key, which is nobody's here, or from this header."""
        request.headers["x-moto-account-id"] = self._account


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
