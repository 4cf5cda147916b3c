"""What moto says of a queue's depth, counted once for all messages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.events.fifo import sqs_rules


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws(), sqs_rules(lambda: datetime.now(UTC)):
        yield boto3.client("sqs", region_name="eu-west-1")


def test_a_message_is_visible_hidden_or_delayed(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="line")["QueueUrl"]
    for number in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=str(number), DelaySeconds=60 if number > 2 else 0)
    assert len(sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"]) == 1
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    kinds = ("", "NotVisible", "Delayed")
    assert [int(found[f"ApproximateNumberOfMessages{kind}"]) for kind in kinds] == [2, 1, 2]


def test_a_queue_delays_what_no_message_may_delay_in_order(sqs: Any) -> None:
    attributes = {"FifoQueue": "true", "DelaySeconds": "60", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName="line.fifo", Attributes=attributes)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one", MessageGroupId="a")
    sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "2", "MessageBody": "two", "MessageGroupId": "b"}])
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    with pytest.raises(sqs.exceptions.ClientError, match="InvalidParameterValue"):
        sqs.send_message(QueueUrl=url, MessageBody="three", MessageGroupId="a", DelaySeconds=1)
