"""A small application in the local stack: every way that something gets from one part to another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.stack import LocalStack

TEMPLATE = Path(__file__).parents[2] / "fixtures" / "sam_app" / "template.yaml"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(TEMPLATE) as running:
        yield running


def tell(stack: LocalStack, say: str) -> None:
    stack.put_event({"source": "test.app", "detail-type": "Said", "detail": {"say": say}})
    stack.settle(timeout=20)


def send(stack: LocalStack, group: str, *bodies: str, ids: tuple[str, ...] = ()) -> None:
    sqs = stack.session().client("sqs")
    for number, body in enumerate(bodies):
        identity = ids[number] if ids else f"{group}-{number}"
        sqs.send_message(
            QueueUrl=stack.outputs["LineUrl"],
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=identity,
        )


def received(stack: LocalStack, output: str) -> list[str]:
    sqs = stack.session().client("sqs")
    found = sqs.receive_message(QueueUrl=stack.outputs[output], MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=stack.outputs[output], ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in found]


def said(stack: LocalStack, function: str, word: str) -> list[str]:
    return [line.partition(" ")[2] for line in stack.logs(function) if line.startswith(f"{word} ")]


def base(stack: LocalStack) -> str:
    return stack.outputs["BaseUrl"]


def asked(stack: LocalStack, method: str, path: str, **arguments: Any) -> dict[str, Any]:
    answer = urllib3.request(method, base(stack) + path, **arguments)
    assert answer.status == 200, answer.data
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_an_event_of_a_rule_reaches_its_function(stack: LocalStack) -> None:
    tell(stack, "hello")
    assert "hello" in said(stack, "Fussy", "event")


def test_a_failing_event_is_tried_again_and_kept_at_its_destination(stack: LocalStack) -> None:
    tell(stack, "poison")
    assert said(stack, "Fussy", "event").count("poison") == 2
    (record,) = (json.loads(body) for body in received(stack, "FailuresUrl"))
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["requestPayload"]["detail"] == {"say": "poison"}


def test_a_poisoned_message_falls_out_and_its_group_goes_on_in_order(stack: LocalStack) -> None:
    send(stack, "ordered", "first", "poison", "second", "third")
    stack.settle(timeout=20)
    assert said(stack, "Fussy", "message")[-3:] == ["first", "second", "third"]
    assert received(stack, "FallenUrl") == ["poison"]


def test_one_id_in_two_groups_is_two_messages_and_twice_in_one_is_one(stack: LocalStack) -> None:
    send(stack, "left", "to the left", ids=("same",))
    send(stack, "right", "to the right", ids=("same",))
    stack.settle(timeout=20)
    send(stack, "left", "to the left again", ids=("same",))
    stack.settle(timeout=20)
    found = said(stack, "Fussy", "message")
    assert sorted(found[-2:]) == ["to the left", "to the right"]
    stack.clock.advance(timedelta(minutes=5))
    send(stack, "left", "five minutes later", ids=("same",))
    stack.settle(timeout=20)
    assert said(stack, "Fussy", "message")[-1] == "five minutes later"


def test_a_rate_comes_due_however_small_the_steps_of_the_clock(stack: LocalStack) -> None:
    before = len([line for line in said(stack, "Echo", "echo") if "tick" in line])
    for _ in range(6):
        stack.advance(timedelta(minutes=20))
    stack.settle(timeout=20)
    assert len([line for line in said(stack, "Echo", "echo") if "tick" in line]) - before == 4


def test_a_request_arrives_as_api_gateway_sends_it(stack: LocalStack) -> None:
    event = asked(stack, "GET", "/echo?a=&b=1&b=2")
    assert event["queryStringParameters"] == {"a": "", "b": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": [""], "b": ["1", "2"]}
    assert event["path"] == "/echo"
    assert event["requestContext"]["path"] == "/v1/echo"


def test_a_path_parameter_and_any_method_are_found(stack: LocalStack) -> None:
    event = asked(stack, "DELETE", "/things/7")
    assert event["resource"] == "/things/{id}"
    assert event["pathParameters"] == {"id": "7"}
    assert event["path"] == "/things/7"
    assert event["httpMethod"] == "DELETE"


def test_every_cookie_of_an_answer_is_sent(stack: LocalStack) -> None:
    answer = urllib3.request("GET", base(stack) + "/echo")
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


def test_a_body_that_is_no_text_does_not_break_the_gateway(stack: LocalStack) -> None:
    assert asked(stack, "POST", "/echo", body=b"\xff\xfe")["body"] == "\ufffd\ufffd"


def test_an_unknown_path_is_answered_as_api_gateway_does(stack: LocalStack) -> None:
    answer = urllib3.request("GET", base(stack) + "/nowhere")
    assert (answer.status, answer.json()) == (403, {"message": "Missing Authentication Token"})


def test_the_log_of_a_function_that_does_not_exist_is_an_error(stack: LocalStack) -> None:
    with pytest.raises(KeyError, match="Nobody"):
        stack.logs("Nobody")


def test_settling_says_what_still_moves(stack: LocalStack) -> None:
    send(stack, "stuck", "poison")
    with pytest.raises(TimeoutError, match=r"still moving after 0\.2 s: .*Line"):
        stack.settle(timeout=0.2)
    stack.settle(timeout=20)
