"""What API Gateway hands to the login functions (REST API, Lambda proxy integration, payload version 1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from concierge.errors import LoginRefused

Event = Mapping[str, Any]

CORRELATION_HEADER = "X-Correlation-Id"
_FORM = "application/x-www-form-urlencoded"
_MAX_BODY = 200_000  # characters; STS takes at most 100,000 of assertion, and form encoding makes some of them three
_MAX_FIELDS = 8  # SAMLResponse, RelayState and what an identity provider may add
_CORRELATION_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.(com(\.cn)?|eu)", re.ASCII)
_STAGE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def require_method(event: Event, method: str) -> None:
    """Raises LoginRefused for any other HTTP method."""
    if event.get("httpMethod") != method:
        raise LoginRefused("method", f"only {method} is served here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """saml_response: still in base64. relay_state: whatever somebody put there; empty if nobody did."""

    saml_response: str = field(repr=False)
    relay_state: str = field(default="", repr=False)


def posted(event: Event) -> Posted:
    """What the identity provider had the browser post; raises LoginRefused."""
    require_method(event, "POST")
    content_type = header(event, "Content-Type").partition(";")[0].strip().casefold()
    if content_type != _FORM:
        raise LoginRefused("content-type", f"only {_FORM} is read")
    try:
        fields = parse_qsl(
            _body(event), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except ValueError as error:
        raise LoginRefused("form", "the body is not a form") from error
    responses = [value for name, value in fields if name == "SAMLResponse"]
    if len(responses) != 1:
        raise LoginRefused("form", f"{len(responses)} SAMLResponse fields, exactly one is read")
    states = [value for name, value in fields if name == "RelayState"]
    return Posted(saml_response=responses[0], relay_state=states[0] if len(states) == 1 else "")


def query_of(event: Event) -> Mapping[str, str]:
    """The parameters of the query; of one that came several times, the last."""
    return event.get("queryStringParameters") or {}


def base_url(event: Event, public_base_url: str) -> str:
    """The address that browsers use for this API, without a trailing slash; raises LoginRefused.

    Without a configured address only API Gateway's own host name counts: behind any other one, the stage is not
    part of the path and nothing here could know what is.
    """
    if public_base_url:
        return public_base_url
    context = event.get("requestContext") or {}
    host, stage = str(context.get("domainName", "")), str(context.get("stage", ""))
    if not _API_HOST.fullmatch(host) or not _STAGE.fullmatch(stage):
        raise LoginRefused("host", f"{host[:100]!r} is not API Gateway's own host name; set PublicBaseUrl")
    return f"https://{host}/{stage}"


def caller_arn(event: Event) -> str:
    """Who signed the request, as API Gateway found out; empty if nobody did."""
    context = event.get("requestContext") or {}
    return str((context.get("identity") or {}).get("userArn") or "")


def correlation_id(event: Event) -> str:
    """The request's id; that of the request that caused it if the caller, who must have signed it, names one."""
    named = header(event, CORRELATION_HEADER)
    if caller_arn(event) and _CORRELATION_ID.fullmatch(named):
        return named
    return str((event.get("requestContext") or {}).get("requestId", "unknown"))


def header(event: Event, name: str) -> str:
    """A header, whatever the case of its name; empty if it is missing."""
    headers: Mapping[str, str] = event.get("headers") or {}
    return next((value for key, value in headers.items() if key.casefold() == name.casefold()), "")


def _body(event: Event) -> str:
    body = event.get("body") or ""
    if not isinstance(body, str) or len(body) > _MAX_BODY:
        raise LoginRefused("too-large", f"the body has more than {_MAX_BODY} characters")
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise LoginRefused("form", "the body is not a form in base64") from error
