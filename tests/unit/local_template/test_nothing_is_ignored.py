"""What the local stack does not know is an error that names it, never silence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.template.deployment import Deployment, UnsupportedResource, deploy
from local.template.handlers import HANDLERS
from local.template.intrinsics import Scope
from local.template.parameters import WrongParameter, resolved
from local.template.properties import ACCEPTED, IMITATED

FUNCTION = "arn:aws:lambda:eu-west-1:1:function:f"
TEMPLATE = """
Parameters:
  Name: {Type: String, MinLength: 2, MaxLength: 4, Default: abc}
  Count: {Type: Number, Default: 1}
Resources: {}
"""


def deployed(resource: dict[str, Any]) -> None:
    deployment = Deployment(stack="s", account="1", region="eu-west-1", session=boto3.Session(), sources={})
    deploy({"Resources": {"It": resource}}, Scope(parameters={}), deployment, HANDLERS)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return path


def test_an_unknown_property_is_named_before_anything_is_created() -> None:
    with pytest.raises(UnsupportedResource, match=r"It: the local stack does not know Colour of AWS::SQS::Queue"):
        deployed({"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}})


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Arn": "arn:aws:sqs:eu-west-1:1:q"}, "delivers to functions and topics, not arn:aws:sqs"),
        ({"Arn": FUNCTION, "InputPath": "$.detail"}, "shape events by InputPath"),
        ({"Arn": FUNCTION, "InputTransformer": {"InputTemplate": '"<who>"'}}, "<who> of InputTemplate is not in"),
        ({"Arn": FUNCTION, "InputTransformer": {"InputTemplate": "hello"}}, "neither JSON nor text in quotes: hello"),
        (
            {"Arn": FUNCTION, "InputTransformer": {"InputPathsMap": {"a": "detail"}, "InputTemplate": "<a>"}},
            "a of InputPathsMap is 'detail'; it must be a path",
        ),
    ],
)
def test_a_rule_that_would_not_be_delivered_is_refused(target: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedResource, match=message):
        deployed({"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {}, "Targets": [{"Id": "t", **target}]}})


@pytest.mark.parametrize(
    ("resource_type", "properties", "message"),
    [
        (
            "AWS::SNS::Subscription",
            {"Protocol": "sqs", "Endpoint": "arn:aws:sqs:eu-west-1:1:q", "TopicArn": "arn:aws:sns:eu-west-1:1:t"},
            "It: topics of the local stack tell people by mail, not sqs",
        ),
        (
            "AWS::Logs::SubscriptionFilter",
            {"LogGroupName": "g", "DestinationArn": FUNCTION, "FilterPattern": "ERROR"},
            "It: FilterPattern: only patterns such as ?one ?two are known here, not 'ERROR'",
        ),
    ],
)
def test_what_would_be_dropped_in_silence_is_refused(
    resource_type: str, properties: dict[str, Any], message: str
) -> None:
    with pytest.raises(UnsupportedResource, match=re.escape(message)):
        deployed({"Type": resource_type, "Properties": properties})


def test_every_type_that_can_be_created_has_its_properties_listed() -> None:
    assert set(HANDLERS) == set(IMITATED)
    assert set(ACCEPTED) <= set(IMITATED)
    for resource_type, accepted in ACCEPTED.items():
        assert not IMITATED[resource_type] & set(accepted)


def test_a_mistyped_parameter_is_an_error(template: Path) -> None:
    with pytest.raises(WrongParameter, match="the template has no parameter Nmae; it has Name, Count"):
        resolved(template, {"Nmae": "abc"})


def test_what_the_stack_offers_is_used_only_where_the_template_asks_for_it(template: Path) -> None:
    assert resolved(template, {}, {"Name": "ab", "Other": "x"}) == {"Name": "ab", "Count": "1"}
    assert resolved(template, {"Name": "abcd"}, {"Name": "ab"})["Name"] == "abcd"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("Name", "a", "must have 2 to 4"), ("Name", "abcde", "must have 2 to 4"), ("Count", "many", "must be a number")],
)
def test_a_value_out_of_bounds_is_named(template: Path, name: str, value: str, message: str) -> None:
    with pytest.raises(WrongParameter, match=f"parameter {name} .*{message}"):
        resolved(template, {name: value})
