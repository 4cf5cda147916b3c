"""The two functions themselves: one event in, one answer out."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from concierge import bootstrap
from concierge.login.ports import HttpAnswer
from concierge.settings import Environment
from tests.support.login_fakes import STUDIO_URL, FrontDoor
from tests.support.saml_idp import SamlIdp, posted
from tests.unit.login.test_studio_link import BINDING, links

REPOSITORY = Path(__file__).parents[3]
POST: dict[str, Any] = json.loads((REPOSITORY / "events" / "saml-acs-post.json").read_text())
GET: dict[str, Any] = json.loads((REPOSITORY / "events" / "presigned-url-get.json").read_text())


def handler(function: str) -> Callable[[Any, Any], dict[str, Any]]:
    path = REPOSITORY / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function}_app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded: Callable[[Any, Any], dict[str, Any]] = module.handler
    return loaded


@pytest.fixture
def acs(door: FrontDoor, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, Any], dict[str, Any]]:
    monkeypatch.setattr(bootstrap, "saml_settings", lambda: SimpleNamespace(public_base_url=""))
    monkeypatch.setattr(bootstrap, "saml_login", lambda: door.login)
    return handler("saml_validator")


def test_a_signed_form_leads_into_studio(idp: SamlIdp, acs: Callable[[Any, Any], dict[str, Any]]) -> None:
    response = acs({**POST, "body": urlencode({"SAMLResponse": posted(idp.response())})}, None)
    assert (response["statusCode"], response["headers"]["Location"]) == (302, STUDIO_URL)


def test_the_unsigned_sample_gets_a_page_and_nothing_else(
    door: FrontDoor, acs: Callable[[Any, Any], dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    response = acs(POST, None)
    assert response["statusCode"] == 403
    assert "Location" not in response["headers"]
    assert door.was_left_alone
    [line] = caplog.records
    assert (line.__dict__["outcome"], line.__dict__["reason"]) == ("refused", "unsigned")


def test_a_busy_studio_is_said_to_be_busy(
    idp: SamlIdp, door: FrontDoor, acs: Callable[[Any, Any], dict[str, Any]]
) -> None:
    door.http.answer = HttpAnswer(status=503)
    assert acs({**POST, "body": urlencode({"SAMLResponse": posted(idp.response())})}, None)["statusCode"] == 503


def test_a_deployment_without_settings_answers_with_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for root in (bootstrap.saml_settings, bootstrap.saml_login):
        root.cache_clear()
    monkeypatch.setattr("concierge.bootstrap.login.environment", lambda: Environment({}))
    assert handler("saml_validator")(POST, None)["statusCode"] == 500


def test_the_caller_is_led_to_their_own_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    studio, presigner = links(BINDING)
    monkeypatch.setattr(bootstrap, "studio_links", lambda: studio)
    response = handler("presigned_url")(GET, None)
    assert (response["statusCode"], response["headers"]["Location"]) == (302, STUDIO_URL)
    assert presigner.requests[0].profile == BINDING.profile


def test_the_request_itself_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    studio, presigner = links(BINDING, replace(BINDING, login="the.boss", profile="the-boss", person_id="guid:b"))
    monkeypatch.setattr(bootstrap, "studio_links", lambda: studio)
    hints = {"login": "the.boss", "profile": "the-boss", "userArn": "the.boss"}
    event = {**GET, "queryStringParameters": hints, "body": json.dumps(hints), "headers": hints}
    assert handler("presigned_url")(event, None)["statusCode"] == 302
    assert presigner.requests[0].profile == BINDING.profile


def test_without_a_workspace_there_is_a_page_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "studio_links", lambda: links()[0])
    response = handler("presigned_url")(GET, None)
    assert response["statusCode"] == 403
    assert "no workspace" in response["body"]
    assert response["headers"]["X-Concierge-Reason"] == "no-workspace"


@pytest.mark.parametrize(
    ("function", "root", "needless"),
    [
        ("presigned_url", "studio_links", {"lxml", "signxml", "concierge.login.signature"}),
        ("saml_validator", "saml_login", {"pydantic", "aws_lambda_powertools", "concierge.catalog.model"}),
    ],
)
def test_a_cold_start_loads_only_what_it_uses(function: str, root: str, needless: set[str]) -> None:
    environment = {
        "SAML_PROVIDER_ARN": "arn:aws:iam::123456789012:saml-provider/corp",
        "LOGIN_ROLE_ARN": "arn:aws:iam::123456789012:role/x/login",
        "PRESIGNER_ROLE_ARN": "arn:aws:iam::123456789012:role/x/presigner",
        "LEDGER_TABLE": "ledger",
        "URL_EXPIRES_SECONDS": "20",
        "CATALOG_BUCKET": "bucket",
        "CATALOG_KEY": "catalog.json",
        "CATALOG_MAX_AGE_SECONDS": "60",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "PYTHONPATH": f"{REPOSITORY / 'layers' / 'concierge'}:{REPOSITORY / 'functions' / function}",
    }
    code = f"import app, sys; app.bootstrap.{root}(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) & needless == set()
