"""Signatures at the gateway: a good one passes, anything else is a refusal and never a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.http.sigv4 import NotSigned, verify

URL = "http://127.0.0.1:8080/v1/studio?a=1"
OWN = Credentials("AKIA", "secret", "token")


def signed(service: str = "execute-api", credentials: Credentials = OWN, **changed: str | None) -> dict[str, str]:
    request = AWSRequest("GET", URL, headers={"Host": "127.0.0.1:8080"})
    SigV4Auth(credentials, service, "eu-west-1").add_auth(request)
    headers = {str(name): str(value) for name, value in request.headers.items()}
    for name, value in changed.items():
        headers.pop(name.replace("_", "-"))
        if value is not None:
            headers[name.replace("_", "-")] = value
    return headers


def test_a_request_that_was_signed_for_this_api_passes() -> None:
    verify("GET", URL, signed(), b"", OWN)


def six_minutes_ago() -> str:
    return (datetime.now(UTC) - timedelta(minutes=6)).strftime("%Y%m%dT%H%M%SZ")


# A signature is good for five minutes: each is made when its test runs, not when the tests are collected.
@pytest.mark.parametrize(
    ("request_headers", "message"),
    [
        (lambda: signed("s3"), "scoped to correct service"),
        (lambda: signed(X_Amz_Date=None), "X-Amz-Date"),
        (lambda: signed(X_Amz_Date="yesterday"), "X-Amz-Date"),
        (lambda: signed(X_Amz_Date=six_minutes_ago()), "expired"),
        (lambda: signed(X_Amz_Security_Token=None), "security token"),
        (lambda: signed(Host=None), "missing"),
        (lambda: signed(Authorization="Bearer x"), "Missing Authentication Token"),
        (lambda: signed(credentials=Credentials("AKIA", "another", "token")), "does not match"),
    ],
)
def test_any_other_is_refused_with_the_reason(request_headers: Callable[[], dict[str, str]], message: str) -> None:
    with pytest.raises(NotSigned, match=message):
        verify("GET", URL, request_headers(), b"", OWN)


def test_a_changed_query_or_body_does_not_match() -> None:
    with pytest.raises(NotSigned, match="does not match"):
        verify("GET", URL.replace("a=1", "a=2"), signed(), b"", OWN)
    with pytest.raises(NotSigned, match="does not match"):
        verify("GET", URL, signed(), b"more", OWN)
