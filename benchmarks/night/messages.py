"""What comes in and what goes out, in the three protocols that the night speaks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import Any

Json = Mapping[str, Any]


class Protocol(StrEnum):
    """AWS JSON, AWS Query (STS), and the XML of S3."""

    JSON = "json"
    QUERY = "query"
    S3 = "s3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; header names are in lower case, `path` is without its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer; `headers` without Content-Length."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Refused(Exception):
    """An operation says no, in AWS's own code."""

    def __init__(self, code: str, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


_CONTENT_TYPE = {
    Protocol.JSON: "application/x-amz-json-1.1",
    Protocol.QUERY: "text/xml",
    Protocol.S3: "application/xml",
}


def json_reply(answer: Json) -> Reply:
    """A success of AWS JSON."""
    headers = {"Content-Type": _CONTENT_TYPE[Protocol.JSON]}
    return Reply(headers=headers, body=json.dumps(answer, separators=(",", ":")).encode())


def error_reply(refused: Refused, protocol: Protocol) -> Reply:
    """An error as the protocol writes it."""
    code, message = escape(refused.code), escape(str(refused))
    headers = {"Content-Type": _CONTENT_TYPE[protocol]}
    match protocol:
        case Protocol.JSON:
            headers["x-amzn-ErrorType"] = refused.code
            text = json.dumps({"__type": refused.code, "message": str(refused)})
        case Protocol.QUERY:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            text = f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>"
        case Protocol.S3:
            text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Reply(status=refused.status, headers=headers, body=text.encode())


def throttled(protocol: Protocol) -> Refused:
    """The error of a call for which there is no token."""
    match protocol:
        case Protocol.JSON:
            return Refused("ThrottlingException", "Rate exceeded")
        case Protocol.QUERY:
            return Refused("Throttling", "Rate exceeded")
        case Protocol.S3:
            return Refused("SlowDown", "Please reduce your request rate.", status=503)


def internal(protocol: Protocol) -> Refused:
    """AWS failed, through no fault of the caller."""
    code = "InternalError" if protocol is Protocol.S3 else "InternalFailure"
    return Refused(code, "We encountered an internal error. Please try again.", status=500)


def denied(protocol: Protocol, operation: str) -> Refused:
    """The caller may not do this."""
    message = f"User is not authorized to perform: {operation}"
    if protocol is Protocol.JSON:
        return Refused("AccessDeniedException", message)
    return Refused("AccessDenied", message, status=403)
