"""Who signed a request: AWS Signature Version 4, verified against the credentials that moto gave out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_SKEW = timedelta(minutes=5)


class NotSigned(Exception):
    """The request does not prove who sent it; the message is API Gateway's."""


def access_key(headers: Mapping[str, str]) -> str:
    """The access key id that the request claims; raises NotSigned if it claims none."""
    found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None:
        raise NotSigned("Missing Authentication Token")
    return found["key"]


def verify(method: str, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials) -> None:
    """Raises NotSigned unless the signature was made with these credentials, within five minutes."""
    found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None:
        raise NotSigned("Missing Authentication Token")
    sent = {name.lower(): value for name, value in headers.items()}
    signed_at = datetime.strptime(sent["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - signed_at) > _SKEW:
        raise NotSigned("Signature expired")
    if credentials.token and sent.get("x-amz-security-token") != credentials.token:
        raise NotSigned("The security token included in the request is invalid.")
    request = AWSRequest(method, url, data=body, headers={name: sent[name] for name in found["headers"].split(";")})
    request.context["timestamp"] = sent["x-amz-date"]
    auth = SigV4Auth(credentials, found["service"], found["region"])
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if expected != found["signature"]:
        raise NotSigned("The request signature we calculated does not match the signature you provided.")
