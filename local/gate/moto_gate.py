"""Puts the gate into moto, and takes it out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core import errors
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import ActionResult, BaseResponse
from moto.s3.exceptions import S3ClientError
from moto.sts.responses import TokenResponse

from local.gate.gate import Gate
from local.gate.parameters import api_call, s3_call
from local.gate.refused import Refused
from local.patching import patched

_SCOPE = re.compile(r"([^/]+)/\d+/[^/]+/([^/]+)/aws4_request")
_DENIALS = ("AccessDenied", "AccessDeniedException", "InvalidClientTokenId")


@contextmanager
def installed(gate: Gate) -> Iterator[None]:
    """While open, moto asks the gate before every action."""
    original_call, original_assume = BaseResponse.call_action, TokenResponse.assume_role
    original_account = BaseResponse.get_current_account

    def call_action(response: BaseResponse) -> Any:
        key, service = _signer(response)
        if response.service_name != "s3" and gate.is_gated(key, _operation(response, service)):
            try:
                gate.check(api_call(response, service), key)
            except Refused as error:
                status, headers, body = response.serialized(ActionResult(error))
                headers["status"] = str(status)
                return status, headers, body
        return original_call(response)

    def authorize_s3(response: BaseResponse, bucket_name: str | None = None, key_name: str | None = None) -> None:
        key, service = _signer(response)
        if gate.is_gated(key, _operation(response, service)):
            try:
                gate.check(s3_call(response, bucket_name, key_name), key)
            except Refused as error:
                raise S3ClientError(error.code, error.message) from error

    def assume_role(response: TokenResponse) -> ActionResult:
        answer = original_assume(response)
        result: Any = answer.result
        gate.assumed(api_call(response, "sts"), result["Credentials"].access_key_id, by=_signer(response)[0])
        return answer

    def get_current_account(response: BaseResponse) -> str:
        """moto would take the stack's account for everybody's: a session of a role of another one is about that one."""
        named: str | None = response.headers.get("x-moto-account-id")
        return named or gate.account_of(_signer(response)[0]) or original_account(response)

    with (
        patched(BaseResponse, {"call_action": call_action, "get_current_account": get_current_account}),
        patched(ActionAuthenticatorMixin, {"_authenticate_and_authorize_s3_action": authorize_s3}),
        patched(TokenResponse, {"assume_role": assume_role}),
        _known_errors(),
    ):
        yield


def _signer(response: BaseResponse) -> tuple[str, str]:
    """The access key and the signing name of a request, signed by its headers or by its URL; "" for an unsigned one."""
    query = {name: values[0] for name, values in response.querystring.items() if values}
    header = str(response.headers.get("Authorization", "")).partition("Credential=")[2]
    signed = _SCOPE.match(header or query.get("X-Amz-Credential", ""))
    if signed:
        return signed[1], signed[2]
    return query.get("AWSAccessKeyId", ""), response.boto3_service_name  # presigned URLs of S3's older kind


def _operation(response: BaseResponse, service: str) -> str:
    return f"{service}:{response._get_action()}"  # noqa: SLF001 - moto has no public name for it


@contextmanager
def _known_errors() -> Iterator[None]:
    """Any service may deny, though its model does not say so; moto warns of codes that it does not know."""
    before = list(errors.COMMON_ERROR_CODES)
    errors.COMMON_ERROR_CODES.extend(_DENIALS)
    try:
        yield
    finally:
        errors.COMMON_ERROR_CODES[:] = before
