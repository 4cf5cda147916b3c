"""Who signed a request: AWS Signature Version 4, verified against the credentials that moto gave out."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_SKEW = timedelta(minutes=5)
_SERVICE = "execute-api"


class NotSigned(Exception):
    """The request does not prove who sent it; the message is API Gateway's."""


def access_key(headers: Mapping[str, str]) -> str:
    """The access key id that the request claims; raises NotSigned if it claims none."""
    return _claim(headers)["key"]


def verify(method: str, url: str, headers: Mapping[str, str], body: bytes, credentials: Credentials) -> None:
    """Raises NotSigned unless the signature was made with these credentials, for this API, within five minutes."""
    claim = _claim(headers)
    sent = {name.lower(): value for name, value in headers.items()}
    timestamp = sent.get("x-amz-date", "")
    _require_fresh(timestamp, claim["date"])
    if claim["service"] != _SERVICE:
        raise NotSigned(f"Credential should be scoped to correct service: '{_SERVICE}'.")
    if credentials.token and sent.get("x-amz-security-token") != credentials.token:
        raise NotSigned("The security token included in the request is invalid.")
    names = claim["headers"].split(";")
    if "host" not in names or not all(name in sent for name in names):
        raise NotSigned("'Host' or a signed header is missing from the request.")
    request = AWSRequest(method, url, data=body, headers={name: sent[name] for name in names})
    request.context["timestamp"] = timestamp
    auth = SigV4Auth(credentials, _SERVICE, claim["region"])
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if not hmac.compare_digest(expected, claim["signature"]):
        raise NotSigned("The request signature we calculated does not match the signature you provided.")


def _claim(headers: Mapping[str, str]) -> re.Match[str]:
    found = _AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if found is None:
        raise NotSigned("Missing Authentication Token")
    return found


def _require_fresh(timestamp: str, date: str) -> None:
    try:
        signed_at = datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise NotSigned("X-Amz-Date is missing or not in ISO-8601 basic format.") from error
    if abs(datetime.now(UTC) - signed_at) > _SKEW or not timestamp.startswith(date):
        raise NotSigned("Signature expired")
