"""Bad input: a message that says where, a dead letter that keeps it, and nothing granted."""

from __future__ import annotations

import json
from typing import Any

from local.stack import LocalStack
from local.story import Story


def dead_letters(stack: LocalStack) -> list[dict[str, Any]]:
    sqs = stack.session().client("sqs")
    answer = sqs.receive_message(QueueUrl=stack.outputs["DeadLettersUrl"], MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def test_a_malformed_event_is_kept_with_the_name_of_its_wrong_field(story: Story) -> None:
    event = story.membership("added")
    del event["detail"]["subject"]
    story.tell(event)
    (letter,) = dead_letters(story.stack)
    assert letter["requestPayload"]["detail"]["id"] == event["detail"]["id"]
    assert "field detail.subject" in letter["responsePayload"]["errorMessage"]


def test_an_unknown_group_is_ignored_with_a_reason_and_grants_nothing(story: Story) -> None:
    story.group = "cafeteria-menu"
    since = len(story.stack.calls)
    story.joins()
    assert not [call for call in story.stack.calls[since:] if call.action.startswith(("iam:", "sagemaker:"))]
    assert any("no binding names the group 'cafeteria-menu'" in line for line in story.stack.logs("MembershipEvents"))


def test_an_event_of_a_directory_that_is_not_ours_is_ignored(story: Story) -> None:
    event = story.membership("added")
    event["detail"]["directory"] = "evil.example.net"
    story.tell(event)
    assert any("'evil.example.net' is not in the catalog" in line for line in story.stack.logs("MembershipEvents"))


def test_a_message_that_nobody_wrote_ends_in_the_persons_dead_letters(story: Story) -> None:
    sqs = story.stack.session().client("sqs")
    sqs.set_queue_attributes(QueueUrl=story.stack.outputs["MembershipQueueUrl"], Attributes={"VisibilityTimeout": "0"})
    sqs.send_message(
        QueueUrl=story.stack.outputs["MembershipQueueUrl"],
        MessageBody='{"kind": "dance"}',
        MessageGroupId="nobody",
        MessageDeduplicationId="nobody",
    )
    story.stack.settle(timeout=60)
    answer = sqs.receive_message(QueueUrl=story.stack.outputs["MembershipDeadLettersUrl"])
    assert [message["Body"] for message in answer["Messages"]] == ['{"kind": "dance"}']


def test_a_broken_catalog_is_refused_and_the_last_good_one_stays(story: Story) -> None:
    story.joins()
    assert story.logs_in().status == 302
    s3, bucket = story.stack.session().client("s3"), story.stack.outputs["CatalogBucket"]
    good = s3.get_object(Bucket=bucket, Key="catalog.json")["Body"].read()
    s3.put_object(Bucket=bucket, Key="catalog.json", Body=b'{"format": 99}')
    try:
        story.leaves()
        assert story.logs_in().status == 403
        refused = "catalog refused, keeping the last good one"
        assert any(refused in line for line in story.stack.logs("Onboarding"))
    finally:
        s3.put_object(Bucket=bucket, Key="catalog.json", Body=good)
