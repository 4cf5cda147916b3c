"""Lambda permissions and queue policies: an AWS service gets only where it is let in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from local.clock import Clock
from local.gate.gate import Gate

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:intake"
RULE = "arn:aws:events:eu-west-1:123456789012:rule/members"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:dead-letters"
POLICY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/*"}},
    },
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def gate() -> Iterator[Gate]:
    with mock_aws():
        yield Gate(Clock(), lambda _: {})


def create_function(name: str) -> None:
    iam = boto3.client("iam")
    role = iam.create_role(RoleName=f"role-of-{name}", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    boto3.client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Handler="app.handler", Role=role, Code={"ZipFile": code.getvalue()}
    )


def invoked(gate: Gate, service: str = "events", source: str = RULE, function: str = FUNCTION) -> bool:
    context = {"aws:sourcearn": (source,)}
    return gate.resource_policy_allows(f"{service}.amazonaws.com", "lambda:InvokeFunction", function, context)


def sent(gate: Gate, service: str = "events", source: str = RULE, queue: str = QUEUE) -> bool:
    return gate.resource_policy_allows(
        f"{service}.amazonaws.com", "sqs:SendMessage", queue, {"aws:sourcearn": (source,)}
    )


def test_a_function_is_invoked_only_by_the_service_and_source_that_its_permission_names(gate: Gate) -> None:
    create_function("intake")
    create_function("intake-other")
    assert not invoked(gate)
    boto3.client("lambda").add_permission(
        FunctionName="intake",
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=RULE,
    )
    assert invoked(gate)
    assert not invoked(gate, service="apigateway")
    assert not invoked(gate, source=RULE + "-other")
    assert not invoked(gate, function=FUNCTION + "-other")


def test_a_queue_takes_only_what_its_policy_lets_in(gate: Gate) -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    sqs.create_queue(QueueName="dead-letters-other")
    assert not sent(gate)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(POLICY)})
    assert sent(gate)
    assert not sent(gate, service="sns")
    assert not sent(gate, source="arn:aws:sns:eu-west-1:123456789012:t")
    assert not sent(gate, queue=QUEUE + "-other")
