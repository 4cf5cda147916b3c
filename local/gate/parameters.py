"""A request that reached moto -> the call, with its parameters named as the API names them, whatever the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from botocore.model import OperationNotFoundError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from local.gate.calls import ApiCall


def api_call(response: BaseResponse, service: str) -> ApiCall:
    """The call; one that botocore's model does not know has no parameters."""
    operation = str(response._get_action())  # noqa: SLF001 - moto has no public name for it
    return _call(response, service, operation, _parsed(response, operation))


def s3_call(response: BaseResponse, bucket: str | None, key: str | None) -> ApiCall:
    """A call to S3, whose operation moto names as the IAM action; bucket and key are those that moto found."""
    operation = str(response._get_action())  # noqa: SLF001 - as above
    named: dict[str, Any] = {"Bucket": bucket or "", "Key": key or ""}
    query = {name: values[0] for name, values in response.querystring.items() if values}
    for parameter, value in (
        ("Prefix", query.get("prefix")),
        ("Delimiter", query.get("delimiter")),
        ("VersionId", query.get("versionId")),
        ("CopySource", unquote(response.headers.get("x-amz-copy-source", ""))),
        ("Tagging", response.headers.get("x-amz-tagging")),
    ):
        if value:
            named[parameter] = value
    if bucket and not key and operation == "DeleteObject":  # moto's name for DeleteObjects
        operation = "DeleteObjects"
        named["Delete"] = _parsed(response, operation).get("Delete", {"Objects": []})
    return _call(response, "s3", operation, named)


def _call(response: BaseResponse, service: str, operation: str, parameters: Mapping[str, Any]) -> ApiCall:
    return ApiCall(
        service=service,
        operation=operation,
        parameters=parameters,
        account=response.current_account,
        region=response.region,
    )


def _parsed(response: BaseResponse, operation: str) -> Mapping[str, Any]:
    """By moto's own parsers, which it does not yet use for all of its services."""
    model = get_service_model(response.boto3_service_name)
    try:
        operation_model = model.operation_model(operation)
    except OperationNotFoundError:
        return {}
    request = response.normalized_request
    protocol = determine_request_protocol(model, request.content_type)
    found: Mapping[str, Any] = PROTOCOL_PARSERS[protocol](operation_model).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": response.uri_match,
        }
    )
    return found
