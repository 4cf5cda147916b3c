"""The two functions themselves: one event in, one answer out."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
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
from tests.unit.login.test_studio_link import BINDING, IN_BOTH, IN_RESEARCH, Front

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


Handler = Callable[[Any, Any], dict[str, Any]]


@pytest.fixture
def validator(door: FrontDoor, monkeypatch: pytest.MonkeyPatch) -> Handler:
    monkeypatch.setattr(bootstrap, "saml_settings", lambda: SimpleNamespace(public_base_url=""))
    monkeypatch.setattr(bootstrap, "doorway", lambda: door.doorway)
    return handler("saml_validator")


def sample(name: str, **changes: object) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((REPOSITORY / "events" / f"{name}.json").read_text())
    return {**event, **changes}


def test_a_signed_form_leads_into_studio(idp: SamlIdp, validator: Handler) -> None:
    response = validator({**POST, "body": urlencode({"SAMLResponse": posted(idp.response())})}, None)
    assert (response["statusCode"], response["headers"]["Location"]) == (302, STUDIO_URL)


def test_the_unsigned_sample_gets_a_page_and_nothing_else(
    door: FrontDoor, validator: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    response = validator(POST, None)
    assert response["statusCode"] == 403
    assert "Location" not in response["headers"]
    assert door.was_left_alone
    [line] = caplog.records
    assert (line.__dict__["outcome"], line.__dict__["reason"]) == ("refused", "unsigned")


def test_a_busy_studio_is_said_to_be_busy(idp: SamlIdp, door: FrontDoor, validator: Handler) -> None:
    door.http.answer = HttpAnswer(status=503)
    assert validator({**POST, "body": urlencode({"SAMLResponse": posted(idp.response())})}, None)["statusCode"] == 503


def test_a_login_may_start_here(door: FrontDoor, validator: Handler) -> None:
    response = validator(sample("saml-login-get"), None)
    assert response["statusCode"] == 302
    assert response["headers"]["Location"].startswith(door.provider.sso_url)
    assert "RelayState=" in response["headers"]["Location"]


def test_we_describe_ourselves(validator: Handler) -> None:
    response = validator(sample("saml-metadata-get"), None)
    assert (response["statusCode"], response["headers"]["Content-Type"]) == (200, "application/samlmetadata+xml")


def test_a_page_that_nobody_logged_in_for_is_over(validator: Handler) -> None:
    response = validator(sample("saml-workspace-get"), None)
    assert response["statusCode"] == 403
    korean = validator(sample("saml-workspace-get", headers={"Accept-Language": "ko-KR,ko;q=0.9"}), None)
    assert (response["headers"]["Content-Language"], korean["headers"]["Content-Language"]) == ("en", "ko")
    poll = validator(sample("saml-workspace-get", headers={"Accept": "application/json"}), None)
    assert poll["statusCode"] == 403


@pytest.mark.parametrize("resource", ["/saml/login", "/saml/metadata", "/saml/workspace", "/saml/other", None])
def test_nothing_is_served_that_no_route_names(resource: str, validator: Handler, door: FrontDoor) -> None:
    assert validator({**POST, "resource": resource}, None)["statusCode"] == 403
    assert door.was_left_alone


def test_every_answer_has_a_nonce_of_its_own(validator: Handler) -> None:
    policies = {validator(POST, None)["headers"]["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_a_deployment_without_settings_answers_with_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for root in (bootstrap.saml_settings, bootstrap.doorway):
        root.cache_clear()
    monkeypatch.setattr("concierge.bootstrap.login.environment", lambda: Environment({}))
    assert handler("saml_validator")(POST, None)["statusCode"] == 500


def presigned(front: Front, monkeypatch: pytest.MonkeyPatch, **changes: object) -> dict[str, Any]:
    monkeypatch.setattr(bootstrap, "studio_links", lambda: front.links)
    return handler("presigned_url")({**GET, **changes}, None)


def test_the_caller_is_led_to_their_own_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front(names={})
    response = presigned(front, monkeypatch)
    assert (response["statusCode"], response["headers"]["Location"]) == (302, STUDIO_URL)
    assert front.presigner.requests[0].profile == BINDING.profile


def test_the_request_itself_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    front = Front(names={})
    hints = {"login": "the.boss", "profile": "the-boss", "userArn": "the.boss"}
    response = presigned(front, monkeypatch, queryStringParameters=hints, body=json.dumps(hints), headers=hints)
    assert response["statusCode"] == 302
    assert front.presigner.requests[0].login == IN_RESEARCH.person.login


def test_without_a_workspace_the_reason_is_for_the_validator_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    response = presigned(Front(records=(), names={}), monkeypatch)
    assert (response["statusCode"], json.loads(response["body"])) == (403, {"reason": "no-workspace"})


def test_several_workspaces_are_listed(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="concierge")
    response = presigned(Front(records=(IN_BOTH,)), monkeypatch)
    assert [line.__dict__["outcome"] for line in caplog.records] == ["choosing"]  # a list is no login
    assert response["statusCode"] == 200
    assert [each["key"] for each in json.loads(response["body"])["offers"]] == ["trading", "research"]
