"""The route that anybody can post to: only Microsoft Graph, with our own secret, is heard."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from concierge.directory.webhook import Answer, answered
from concierge.errors import MalformedEvent, Throttled

EVENTS = Path(__file__).parents[3] / "events"
SECRET = "lab-client-state"
NOTIFICATION = json.loads((EVENTS / "entra-graph-notification.json").read_text())


def posted(body: object = NOTIFICATION, **more: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"httpMethod": "POST", "path": "/webhooks/entra", "queryStringParameters": None, "body": text, **more}


class Taken:
    def __init__(self, error: Exception | None = None) -> None:
        self.bodies: list[Mapping[str, Any]] = []
        self.error = error

    def __call__(self, body: Mapping[str, Any]) -> None:
        self.bodies.append(body)
        if self.error is not None:
            raise self.error


def answer(event: dict[str, Any], taken: Taken | None = None, secret: str = SECRET) -> Answer:
    return answered(event, client_state=lambda: secret, take=taken or Taken())


def test_genuine_notifications_are_taken() -> None:
    taken = Taken()
    assert answer(posted(), taken)["statusCode"] == 202
    assert taken.bodies == [NOTIFICATION]


def test_a_new_subscription_is_validated_with_its_own_token_as_plain_text() -> None:
    found = answer(posted("", queryStringParameters={"validationToken": "Validation: Testing <b>&</b>"}))
    assert (found["statusCode"], found["body"]) == (200, "Validation: Testing <b>&</b>")
    assert found["headers"]["Content-Type"].startswith("text/plain")
    assert found["headers"]["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("token", ["", "x" * 2_049, "a\r\nSet-Cookie: b"])
def test_a_token_that_graph_would_not_send_is_not_echoed(token: str) -> None:
    found = answer(posted("", queryStringParameters={"validationToken": token}))
    assert (found["statusCode"], found["body"]) == (400, "")


@pytest.mark.parametrize("state", ["", "lab-client-statE", None, 7, ["lab-client-state"], "lab-client-stäte", "\ud800"])
def test_another_secret_is_refused_and_told_nothing(state: object) -> None:
    taken = Taken()
    body = {"value": [*NOTIFICATION["value"], {**NOTIFICATION["value"][0], "clientState": state}]}
    found = answer(posted(body), taken)
    assert (found["statusCode"], found["body"], taken.bodies) == (403, "", [])


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"value": []}', '{"value": {}}', "null", "[" * 100_000])
def test_what_is_no_list_of_notifications_is_refused(body: str) -> None:
    assert answer(posted(body))["statusCode"] == 403


def test_a_body_in_base64_is_unpacked_and_a_broken_one_refused() -> None:
    packed = base64.b64encode(json.dumps(NOTIFICATION).encode()).decode()
    assert answer(posted(packed, isBase64Encoded=True))["statusCode"] == 202
    assert answer(posted("%%", isBase64Encoded=True))["statusCode"] == 403


def test_a_body_of_more_than_a_megabyte_is_refused() -> None:
    assert answer(posted({"value": [NOTIFICATION["value"][0]] * 4_000}))["statusCode"] == 403


def test_graph_only_posts() -> None:
    assert answer(posted(httpMethod="GET", queryStringParameters={"validationToken": "x"}))["statusCode"] == 405


def test_a_route_without_a_secret_is_closed() -> None:
    assert answer(posted("", queryStringParameters={"validationToken": "x"}), secret="")["statusCode"] == 404


def test_a_notification_that_cannot_be_read_does_not_come_back_for_hours(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert answer(posted(), Taken(MalformedEvent("field value[0]: no")))["statusCode"] == 202
    assert "cannot be read" in caplog.text
    assert SECRET not in caplog.text


def test_what_may_succeed_later_is_left_to_graph_to_send_again() -> None:
    with pytest.raises(Throttled):
        answer(posted(), Taken(Throttled("sqs:SendMessage", "Throttling", "slow down")))
