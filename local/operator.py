"""What an operator of the stack holds: a session for everything, and the environment that moto reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import boto3

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


def credentials_of(session: boto3.Session, function: FunctionConfig) -> Mapping[str, str]:
    """Credentials of a function's own role, as Lambda gives them to it."""
    assumed = session.client("sts").assume_role(RoleArn=function.role, RoleSessionName=function.name[:64])
    return {name: str(value) for name, value in assumed["Credentials"].items()}
