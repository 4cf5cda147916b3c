"""What comes from API Gateway, and what goes back to a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import etree

from concierge.errors import AwsError, LoginRefused, NotYet, SettingsError, Throttled
from concierge.login import pages
from concierge.login.attempts import Attempt, answer
from concierge.login.gateway import base_url, correlation_id, posted_saml_response, require_method
from concierge.login.settings import PresignSettings, RoleArn, SamlSettings
from concierge.settings import Environment
from tests.support.login_fakes import ACCOUNT, BASE_URL, LOGIN_ROLE, PROVIDER_ARN, STUDIO_URL

EVENTS = Path(__file__).parents[3] / "events"
POST: dict[str, Any] = json.loads((EVENTS / "saml-acs-post.json").read_text())
GET: dict[str, Any] = json.loads((EVENTS / "presigned-url-get.json").read_text())
ENVIRONMENT = {
    "SAML_PROVIDER_ARN": PROVIDER_ARN,
    "LOGIN_ROLE_ARN": LOGIN_ROLE.arn,
    "PRESIGNER_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/studio-platform/presigner",
    "LEDGER_TABLE": "ledger",
    "URL_EXPIRES_SECONDS": "20",
    "CATALOG_BUCKET": "bucket",
    "CATALOG_KEY": "catalog.json",
    "CATALOG_MAX_AGE_SECONDS": "60",
}


def form(**changes: object) -> dict[str, Any]:
    return {**POST, "body": urlencode({"SAMLResponse": "QUJD"}), **changes}


def reason_of(event: dict[str, Any]) -> str:
    with pytest.raises(LoginRefused) as refused:
        posted_saml_response(event)
    return refused.value.reason


def test_the_field_is_read_whatever_else_the_idp_posts() -> None:
    assert posted_saml_response(form()) == "QUJD"
    assert posted_saml_response(form(body="RelayState=x%3Dy&SAMLResponse=QUJD&other=")) == "QUJD"


def test_a_body_in_base64_is_the_same_body() -> None:
    body = base64.b64encode(b"SAMLResponse=QUJD").decode()
    assert posted_saml_response(form(body=body, isBase64Encoded=True)) == "QUJD"


def test_header_names_have_no_case() -> None:
    assert posted_saml_response(form(headers={"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}))


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("method", {"httpMethod": "GET"}),
        ("method", {"httpMethod": "HEAD"}),
        ("method", {"httpMethod": None}),
        ("content-type", {"headers": None}),
        ("content-type", {"headers": {"Content-Type": "application/json"}}),
        ("form", {"body": None}),
        ("form", {"body": ""}),
        ("form", {"body": "SAMLResponse"}),
        ("form", {"body": "RelayState=x"}),
        ("form", {"body": "SAMLResponse=QUJD&SAMLResponse=QUJD"}),
        ("form", {"body": "SAMLResponse=%ff%fe"}),
        ("form", {"body": "SAMLResponse=QUJD&" + "&".join(f"f{n}=1" for n in range(20))}),
        ("form", {"body": "not base64", "isBase64Encoded": True}),
        ("form", {"body": base64.b64encode("SAMLResponse=ä".encode()).decode(), "isBase64Encoded": True}),
        ("too-large", {"body": "SAMLResponse=" + "A" * 200_000}),
        ("too-large", {"body": {"SAMLResponse": "QUJD"}}),
    ],
)
def test_what_is_not_one_posted_field_is_refused(reason: str, changes: dict[str, Any]) -> None:
    assert reason_of(form(**changes)) == reason


def test_only_the_route_s_own_method_is_served() -> None:
    require_method(GET, "GET")
    with pytest.raises(LoginRefused):
        require_method(POST, "GET")


def test_the_base_url_is_configured_or_api_gateways_own() -> None:
    assert base_url(POST, "https://login.example.com") == "https://login.example.com"
    assert base_url(POST, "") == BASE_URL


@pytest.mark.parametrize("host", ["login.example.com", "evil.com/.execute-api.eu-west-1.amazonaws.com", ""])
def test_no_other_host_name_is_believed(host: str) -> None:
    event = {**POST, "requestContext": {**POST["requestContext"], "domainName": host}}
    with pytest.raises(LoginRefused) as refused:
        base_url(event, "")
    assert refused.value.reason == "host"


def test_one_correlation_id_follows_a_login_through_both_functions() -> None:
    first = correlation_id(POST)
    assert first == POST["requestContext"]["requestId"]
    assert correlation_id(GET) == first
    assert correlation_id({**POST, "headers": {"X-Correlation-Id": "made-up-by-a-stranger"}}) == first
    assert correlation_id({**GET, "headers": {"X-Correlation-Id": "<script>"}}) == GET["requestContext"]["requestId"]
    assert correlation_id({}) == "unknown"


def raising(error: Exception | None) -> dict[str, Any]:
    def enter(attempt: Attempt) -> str:
        attempt.login = "amara.okafor"
        if error is not None:
            raise error
        return STUDIO_URL

    return answer(POST, enter)


def test_success_is_a_redirect_that_nobody_keeps() -> None:
    response = raising(None)
    assert response["statusCode"] == 302
    assert response["headers"]["Location"] == STUDIO_URL
    assert response["headers"]["Cache-Control"] == "no-store"
    assert response["headers"]["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("error", "page"),
    [
        (LoginRefused("signature", "a detail"), pages.REFUSED),
        (LoginRefused("no-workspace"), pages.NO_WORKSPACE),
        (SettingsError("a detail"), pages.FAILED),
        (AwsError("iam:GetSAMLProvider", "AccessDenied", "a detail"), pages.FAILED),
        (Throttled("dynamodb:PutItem", "ThrottlingException", "a detail"), pages.BUSY),
        (NotYet("sagemaker:CreatePresignedDomainUrl", "ResourceInUse", "a detail"), pages.BUSY),
    ],
)
def test_a_browser_learns_what_to_do_and_the_log_learns_why(
    error: Exception, page: pages.Page, caplog: pytest.LogCaptureFixture
) -> None:
    response = raising(error)
    assert response == {**pages.page(page, correlation_id(POST)), "headers": response["headers"]}
    assert "a detail" not in response["body"]
    [line] = caplog.records
    assert line.__dict__["correlation"] in response["body"]
    assert line.__dict__["login"] == "amara.okafor"
    assert line.__dict__["outcome"] in {"refused", "failed"}
    assert line.__dict__["reason"]
    assert line.exc_info is None


def test_every_refusal_but_one_looks_the_same() -> None:
    assert raising(LoginRefused("unsigned")) == raising(LoginRefused("replayed", "x"))
    assert "X-Concierge-Reason" not in raising(LoginRefused("unsigned"))["headers"]
    assert raising(LoginRefused("no-workspace"))["headers"]["X-Concierge-Reason"] == "no-workspace"


@pytest.mark.parametrize("page", [pages.REFUSED, pages.NO_WORKSPACE, pages.FAILED, pages.BUSY])
def test_a_page_needs_nothing_from_outside_and_runs_nothing(page: pages.Page) -> None:
    response = pages.page(page, "<script>alert(1)</script>")
    body, policy = response["body"], response["headers"]["Content-Security-Policy"]
    assert "<script" not in body
    assert "http" not in body
    tree = etree.fromstring(body.replace("<!doctype html>", ""), etree.HTMLParser())
    assert tree.get("lang") == "en"
    assert tree.xpath("count(//main)") == tree.xpath("count(//h1)") == 1
    [style] = re.findall(r"<style>(.*?)</style>", body, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert "prefers-color-scheme: dark" in style
    assert policy.startswith("default-src 'none'")
    assert response["statusCode"] == page.status


def test_settings_of_both_functions_are_read_from_the_environment() -> None:
    saml = SamlSettings.read(Environment(ENVIRONMENT))
    assert (saml.login_role, saml.public_base_url) == (LOGIN_ROLE, "")
    presign = PresignSettings.read(Environment(ENVIRONMENT))
    assert (presign.presigner_role.name, presign.url_expires) == ("presigner", 20)


def test_a_session_s_arn_leaves_the_role_s_path_out() -> None:
    assert LOGIN_ROLE.sessions == f"arn:aws:sts::{ACCOUNT}:assumed-role/studio-concierge-login/"


@pytest.mark.parametrize("url", ["https://login.example.com", "https://x.com/studio", "http://127.0.0.1:8080/v1"])
def test_credentials_travel_over_tls_or_not_at_all(url: str) -> None:
    assert SamlSettings.read(Environment({**ENVIRONMENT, "PUBLIC_BASE_URL": url})).public_base_url == url


@pytest.mark.parametrize(
    "url", ["http://login.example.com", "https://x.com/", "x.com", "https://x.com?a", "http://127.0.0.1.evil.com"]
)
def test_other_base_urls_are_a_mistake_of_the_deployment(url: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_BASE_URL"):
        SamlSettings.read(Environment({**ENVIRONMENT, "PUBLIC_BASE_URL": url}))


@pytest.mark.parametrize("arn", ["", "login", f"arn:aws:iam::{ACCOUNT}:user/x", f"arn:aws:iam::{ACCOUNT}:role/a b"])
def test_a_role_is_named_by_its_arn(arn: str) -> None:
    with pytest.raises(SettingsError):
        RoleArn.parse(arn)
