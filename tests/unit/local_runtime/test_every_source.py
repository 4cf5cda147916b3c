"""Topics, log groups, secrets, delays and partners' buses: what an application hears from, and what it tells."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.events.topics import Notification
from local.stack import LocalStack

TEMPLATE = Path(__file__).parents[2] / "fixtures" / "sam_app" / "sources.yaml"
PARTNER = "aws.partner/okta.com/example/studio"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(TEMPLATE, {"Subnets": "subnet-1,subnet-2", "PartnerBus": PARTNER}) as running:
        yield running


def say(stack: LocalStack, kind: str, bus: str = "news", **detail: str) -> None:
    stack.put_event({"source": "test.app", "detail-type": kind, "detail": detail}, bus)
    stack.settle(timeout=20)


def echoed(stack: LocalStack) -> list[Any]:
    return [json.loads(line.partition(" ")[2]) for line in stack.logs("Echo") if line.startswith("echo ")]


def told(stack: LocalStack) -> Notification:
    return stack.notifications[-1]


def test_a_rule_of_the_projects_bus_reaches_its_function(stack: LocalStack) -> None:
    say(stack, "Said", word="hello")
    assert echoed(stack)[-1]["detail"] == {"word": "hello"}


def test_a_topic_is_told_a_whole_event(stack: LocalStack) -> None:
    say(stack, "Whole", word="hello")
    topic, subject, message = told(stack)
    assert (topic, subject) == (stack.outputs["NewsArn"], "")
    assert json.loads(message)["detail"] == {"word": "hello"}


def test_a_topic_is_told_in_words_and_a_function_in_other_fields(stack: LocalStack) -> None:
    say(stack, "In Words", who='Amara "Ama" Okafor')
    assert json.loads(told(stack).message) == 'Amara "Ama" Okafor waits for you.'
    assert echoed(stack)[-1] == {"who": 'Amara "Ama" Okafor'}


def test_a_topic_that_does_not_let_the_rule_in_is_not_told(stack: LocalStack) -> None:
    before = stack.notifications
    say(stack, "Uninvited", bus="default")
    assert stack.notifications == before
    (letter,) = stack.session().client("sqs").receive_message(QueueUrl=stack.outputs["DeadLettersUrl"])["Messages"]
    assert json.loads(letter["Body"])["detail-type"] == "Uninvited"


def test_what_a_function_tells_is_heard_with_its_subject(stack: LocalStack) -> None:
    stack.invoke("Reader", {"tell": "look at this"})
    assert told(stack) == (stack.outputs["NewsArn"], "told", "look at this")


def test_a_topics_mail_is_subscribed_to(stack: LocalStack) -> None:
    found = stack.session().client("sns").list_subscriptions_by_topic(TopicArn=stack.outputs["NewsArn"])
    assert [each["Endpoint"] for each in found["Subscriptions"]] == ["admin@example.com"]


def test_an_event_of_a_partners_bus_arrives(stack: LocalStack) -> None:
    say(stack, "SystemLog", bus=PARTNER, eventType="group.user_membership.add")
    assert echoed(stack)[-1]["detail"] == {"eventType": "group.user_membership.add"}


def test_lines_of_a_log_group_arrive_packed_as_a_subscription_packs_them(stack: LocalStack) -> None:
    stack.put_log_events("/directory/security", "one", "two")
    stack.settle(timeout=20)
    payload = json.loads(gzip.decompress(base64.b64decode(echoed(stack)[-1]["awslogs"]["data"])))
    assert payload["messageType"] == "DATA_MESSAGE"
    assert (payload["owner"], payload["logGroup"]) == (stack.account, "/directory/security")
    assert [each["message"] for each in payload["logEvents"]] == ["one", "two"]
    assert len({each["id"] for each in payload["logEvents"]}) == 2


def test_a_group_that_nothing_subscribes_to_is_an_error(stack: LocalStack) -> None:
    with pytest.raises(KeyError, match="/nobody/listens"):
        stack.put_log_events("/nobody/listens", "one")


def test_a_secret_is_read_by_whom_the_policy_names_under_every_name_that_it_has(stack: LocalStack) -> None:
    arn = stack.outputs["PasswordArn"]
    texts = {stack.invoke("Reader", {"secret": each})["text"] for each in (arn, "directory/reader", arn[:-7])}
    (fields,) = (json.loads(text) for text in texts)
    assert fields["username"] == "reader"
    assert len(fields["password"]) == 24
    assert {call.resource for call in stack.calls if call.action == "secretsmanager:GetSecretValue"} == {arn}


def test_another_secret_is_refused_and_a_missing_one_is_not_found(stack: LocalStack) -> None:
    with pytest.raises(RuntimeError, match="AccessDeniedException"):
        stack.invoke("Reader", {"secret": stack.outputs["OtherArn"]})
    with pytest.raises(RuntimeError, match="AccessDeniedException"):
        stack.invoke("Reader", {"secret": "directory/nobody"})


def test_a_second_function_answers_behind_the_same_api(stack: LocalStack) -> None:
    answer = urllib3.request("GET", stack.outputs["BaseUrl"] + "/echo?validationToken=a%20b")
    assert json.loads(answer.data)["queryStringParameters"] == {"validationToken": "a b"}
    refused = urllib3.request("POST", stack.outputs["BaseUrl"] + "/webhooks/reader?a=b", body=b"{}")
    assert refused.status == 502  # the function reads no requests: it was reached, and failed


def test_a_delayed_message_comes_when_its_delay_is_over(stack: LocalStack) -> None:
    sqs = stack.session().client("sqs")
    sent_at = time.time()
    sqs.send_message(QueueUrl=stack.outputs["LaterUrl"], MessageBody="by itself", DelaySeconds=1)
    sqs.send_message(QueueUrl=stack.outputs["LaterInOrderUrl"], MessageBody="by its queue", MessageGroupId="a")
    stack.settle(timeout=20)
    assert time.time() - sent_at >= 1
    records = [record for event in echoed(stack) for record in event.get("Records", ())]
    assert sorted(each["body"] for each in records) == ["by its queue", "by itself"]


def test_an_unknown_function_and_one_that_fails_are_told_apart(stack: LocalStack) -> None:
    with pytest.raises(LookupError, match="Nobody; it has Echo, Reader"):
        stack.invoke("Nobody", {})
    with pytest.raises(RuntimeError, match="KeyError"):
        stack.invoke("Reader", {})
    assert stack.invoke("Echo", {}) is None
