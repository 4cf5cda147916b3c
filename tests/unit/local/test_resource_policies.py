"""Lambda permissions and queue policies: an AWS service gets only where it is let in."""

from __future__ import annotations

import json

from local.gate.resource import permits_invoke, queue_permits_send

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:intake"
RULE = "arn:aws:events:eu-west-1:123456789012:rule/members"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead-letters"
PERMISSION = {
    "FunctionName": "intake",
    "Action": "lambda:InvokeFunction",
    "Principal": "events.amazonaws.com",
    "SourceArn": RULE,
}
POLICY = json.dumps(
    {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE,
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/*"}},
        }
    }
)


def test_a_function_is_invoked_only_by_the_service_and_source_that_its_permission_names() -> None:
    assert permits_invoke([PERMISSION], FUNCTION, "events.amazonaws.com", RULE)
    assert not permits_invoke([PERMISSION], FUNCTION, "apigateway.amazonaws.com", RULE)
    assert not permits_invoke([PERMISSION], FUNCTION, "events.amazonaws.com", RULE + "-other")
    assert not permits_invoke([PERMISSION], FUNCTION + "-other", "events.amazonaws.com", RULE)
    assert not permits_invoke([], FUNCTION, "events.amazonaws.com", RULE)


def test_a_queue_takes_only_what_its_policy_lets_in() -> None:
    assert queue_permits_send(POLICY, QUEUE, "events.amazonaws.com", RULE)
    assert not queue_permits_send(POLICY, QUEUE, "sns.amazonaws.com", RULE)
    assert not queue_permits_send(POLICY, QUEUE, "events.amazonaws.com", "arn:aws:sns:eu-west-1:123456789012:t")
    assert not queue_permits_send(POLICY, QUEUE + "-other", "events.amazonaws.com", RULE)
    assert not queue_permits_send("", QUEUE, "events.amazonaws.com", RULE)
