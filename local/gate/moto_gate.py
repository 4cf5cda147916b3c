"""Puts the gate into moto, and takes it out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import ActionResult, BaseResponse
from moto.s3.exceptions import S3AccessDeniedError
from moto.sts.models import AssumedRole, STSBackend

from local.gate.authorization import ApiCall
from local.gate.gate import Gate, Refused
from local.gate.parameters import parameters
from local.patching import patched

_KEY = re.compile(r"Credential=([^/]+)/\d+/[^/]+/([^/]+)/")


@contextmanager
def installed(gate: Gate) -> Iterator[None]:
    """While open, moto asks the gate before every action."""
    original_call, original_assume = BaseResponse.call_action, STSBackend.assume_role

    def call_action(response: BaseResponse) -> Any:
        found = _KEY.search(str(response.headers.get("Authorization", "")))
        if found is not None and gate.principal(found[1]) is not None:
            try:
                gate.check(_api_call(response, found[2]), found[1])
            except Refused as error:
                status, headers, body = response.serialized(ActionResult(error))
                headers["status"] = str(status)
                return status, headers, body
        return original_call(response)

    def assume_role(backend: STSBackend, *arguments: Any, **named: Any) -> AssumedRole:
        assumed = original_assume(backend, *arguments, **named)
        gate.remember_session(assumed.access_key_id, gate.session_tags_asked_for())
        return assumed

    def authorize_s3(response: BaseResponse, bucket_name: str = "", key_name: str = "") -> None:
        found = _KEY.search(str(response.headers.get("Authorization", "")))
        if found is None or gate.principal(found[1]) is None:
            return
        try:
            gate.check(_s3_call(response, bucket_name, key_name), found[1])
        except Refused as error:
            raise S3AccessDeniedError from error

    with (
        patched(BaseResponse, {"call_action": call_action}),
        patched(ActionAuthenticatorMixin, {"_authenticate_and_authorize_s3_action": authorize_s3}),
        patched(STSBackend, {"assume_role": assume_role}),
    ):
        yield


def _api_call(response: BaseResponse, service: str) -> ApiCall:
    return ApiCall(
        service={"monitoring": "cloudwatch"}.get(service, service),
        operation=response._get_action(),  # noqa: SLF001 - moto has no public name for it
        parameters=parameters(response),
        account=response.current_account,
        region=response.region,
    )


def _s3_call(response: BaseResponse, bucket: str | None, key: str | None) -> ApiCall:
    return ApiCall(
        service="s3",
        operation=response._get_action(),  # noqa: SLF001 - as above
        parameters={"Bucket": bucket or "", "Key": key or ""},
        account=response.current_account,
        region=response.region,
    )
