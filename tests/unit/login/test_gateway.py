"""What comes from API Gateway, and what goes back to a browser."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from concierge.errors import AwsError, LoginRefused, NotYet, SettingsError, Throttled
from concierge.login import site
from concierge.login.attempts import Attempt, Response, answer
from concierge.login.doorway import PageWords
from concierge.login.gateway import base_url, correlation_id, posted, require_method
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
    "LOGIN_KEYS_SECRET": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:keys-AbCdEf",
    "SAML_ENTITY_ID": "urn:amazon:webservices",
    "ALLOW_IDP_INITIATED": "true",
    "CATALOG_BUCKET": "bucket",
    "CATALOG_KEY": "catalog.json",
    "CATALOG_MAX_AGE_SECONDS": "60",
}


def form(**changes: object) -> dict[str, Any]:
    return {**POST, "body": urlencode({"SAMLResponse": "QUJD"}), **changes}


def reason_of(event: dict[str, Any]) -> str:
    with pytest.raises(LoginRefused) as refused:
        posted(event)
    return refused.value.reason


def test_the_field_is_read_whatever_else_the_idp_posts() -> None:
    assert posted(form()).saml_response == "QUJD"
    assert posted(form(body="RelayState=x%3Dy&SAMLResponse=QUJD&other=")).saml_response == "QUJD"


def test_a_body_in_base64_is_the_same_body() -> None:
    body = base64.b64encode(b"SAMLResponse=QUJD").decode()
    assert posted(form(body=body, isBase64Encoded=True)).saml_response == "QUJD"


def test_header_names_have_no_case() -> None:
    assert posted(form(headers={"content-type": "Application/X-WWW-Form-Urlencoded; charset=UTF-8"}))


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
    def enter(attempt: Attempt) -> Response:
        attempt.login = "amara.okafor"
        if error is not None:
            raise error
        return site.redirect(STUDIO_URL)

    def look(correlation: str) -> site.Look:
        return site.Look(language=site.Language.ENGLISH, nonce="bm9uY2U", correlation=correlation)

    return answer(POST, enter, PageWords(look=look))


def test_success_is_a_redirect_that_nobody_keeps() -> None:
    response = raising(None)
    assert response["statusCode"] == 302
    assert response["headers"]["Location"] == STUDIO_URL
    assert response["headers"]["Cache-Control"] == "no-store"
    assert response["headers"]["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("error", "notice"),
    [
        (LoginRefused("signature", "a detail"), site.Notice.REFUSED),
        (LoginRefused("no-workspace"), site.Notice.NO_WORKSPACE),
        (LoginRefused("held"), site.Notice.HELD),
        (LoginRefused("visit"), site.Notice.EXPIRED),
        (SettingsError("a detail"), site.Notice.FAILED),
        (AwsError("iam:GetSAMLProvider", "AccessDenied", "a detail"), site.Notice.FAILED),
        (Throttled("dynamodb:PutItem", "ThrottlingException", "a detail"), site.Notice.BUSY),
        (NotYet("sagemaker:CreatePresignedDomainUrl", "ResourceInUse", "a detail"), site.Notice.BUSY),
    ],
)
def test_a_browser_learns_what_to_do_and_the_log_learns_why(
    error: Exception, notice: site.Notice, caplog: pytest.LogCaptureFixture
) -> None:
    response = raising(error)
    look = site.Look(language=site.Language.ENGLISH, nonce="bm9uY2U", correlation=correlation_id(POST))
    assert response == site.notice(notice, look)
    assert "a detail" not in response["body"]
    [line] = caplog.records
    assert line.__dict__["correlation"] in response["body"]
    assert line.__dict__["login"] == "amara.okafor"
    assert line.__dict__["outcome"] in {"refused", "failed"}
    assert line.__dict__["reason"]
    assert line.exc_info is None


def test_refusals_look_the_same_unless_the_person_can_do_something() -> None:
    assert raising(LoginRefused("unsigned")) == raising(LoginRefused("replayed", "x"))
    assert raising(LoginRefused("unsigned")) != raising(LoginRefused("held"))


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
