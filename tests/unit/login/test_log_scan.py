"""The scanner of logs finds what is planted, whole or in part, and nothing in a clean line."""

from __future__ import annotations

import json

import pytest

from tests.support.log_scan import Secret, found_in, of_a_form, of_credentials, of_headers
from tests.support.saml_idp import SamlIdp, posted

TOKEN = "mqDDz0L0cBEjrSHlcOQA4RVK3pYKGObdDDUVSeoVprVE5CT2qRVlFg36WLIYiGEH"
LINK = f"https://d-abc.studio.eu-west-1.sagemaker.aws/auth?token={TOKEN}"
ACCESS_KEY, SECRET_KEY, SESSION = (
    "ASIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "FQoGZXIvYXdzE" * 20,
)
CLEAN = '{"level": "WARNING", "reason": "signature", "correlation": "6f1a1f0e-3a51-4c0e-9a53-7d1b6a2f4b10"}'


def line(text: str) -> str:
    """As a function logs it."""
    return json.dumps({"level": "DEBUG", "message": text})


@pytest.fixture(scope="module")
def document(idp: SamlIdp) -> bytes:
    return idp.response()


@pytest.fixture(scope="module")
def secrets(document: bytes) -> list[Secret]:
    return [
        *of_a_form(f"RelayState=x&SAMLResponse={posted(document).replace('+', '%2B')}".encode()),
        *of_headers([("Location", LINK), ("Set-Cookie", "__Host-visit=a-cookie-nobody-knows; Secure; HttpOnly")]),
        *of_headers([("Cookie", "a=b; other=another-cookie-of-theirs")]),
        *of_credentials(ACCESS_KEY, SECRET_KEY, SESSION),
    ]


def test_a_clean_log_is_clean(secrets: list[Secret]) -> None:
    assert found_in([CLEAN, line("login accepted"), ""], secrets) == []


@pytest.mark.parametrize(
    ("what", "planted"),
    [
        ("an address", LINK),
        ("a part of an address", f"token was {TOKEN[:60]}"),
        ("a cookie", "cookie __Host-visit=a-cookie-nobody-knows"),
        ("a cookie", "they sent another-cookie-of-theirs"),
        ("an access key id", f"signed by {ACCESS_KEY}"),
        ("a secret access key", repr({"SecretAccessKey": SECRET_KEY})),
        ("a session token", SESSION[17:90]),
        ("markup of a SAML document", "<saml:Assertion ID='x'"),
        ("markup of a SAML document", "text </ns1:NameID> more"),
    ],
)
def test_what_is_planted_is_found(secrets: list[Secret], what: str, planted: str) -> None:
    found = found_in([CLEAN, line(planted)], secrets)
    assert f"line 2 holds {what}" in found


@pytest.mark.parametrize("start", [0, 1, 500, 2_001])
def test_a_part_of_a_posted_response_is_found(document: bytes, secrets: list[Secret], start: int) -> None:
    part = posted(document)[start : start + 63]
    assert found_in([line(part)], secrets) == ["line 1 holds a posted response"]


def test_the_value_of_a_signature_is_found_without_its_markup(document: bytes, secrets: list[Secret]) -> None:
    value = document.partition(b"SignatureValue>")[2].partition(b"<")[0].decode()
    found = found_in([line("".join(value.split()))], secrets)
    assert found == ["line 1 holds a value of a signature"]


def test_the_report_repeats_no_secret(secrets: list[Secret]) -> None:
    for sentence in found_in([line(LINK), line(SECRET_KEY)], secrets):
        assert TOKEN[:8] not in sentence
        assert SECRET_KEY[:8] not in sentence
