"""Intrinsic functions, parameters, and clear errors for what cannot be created."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from local.template.deployment import Deployment, UnsupportedResource, deploy
from local.template.handlers import HANDLERS
from local.template.intrinsics import Scope, UnsupportedIntrinsic, names_in
from local.template.parameters import WrongParameter, resolved

ROOT = Path(__file__).parents[3]
PROVIDER = "arn:aws:iam::123456789012:saml-provider/corp"


def scope() -> Scope:
    return Scope(
        parameters={"Stage": "dev", "Empty": ""},
        conditions={"IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}, "Not": {"Fn::Not": [{"Condition": "IsDev"}]}},
        mappings={"Sizes": {"dev": {"memory": 128}}},
        references={"Queue": "queue-1"},
        attributes={"Queue": {"Arn": "arn:queue-1"}},
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Queue"}, "queue-1"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:queue-1"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:queue-1"),
        ({"Fn::Sub": "${Stage}-${Queue.Arn}-${!Literal}"}, "dev-arn:queue-1-${Literal}"),
        ({"Fn::Sub": ["${a}/${Queue}", {"a": {"Ref": "Stage"}}]}, "dev/queue-1"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
        ({"Fn::If": ["IsDev", 1, 2]}, 1),
        ({"Fn::If": ["Not", 1, 2]}, 2),
        ([1, {"Fn::If": ["Not", 1, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 128),
        ({"Fn::And": [{"Condition": "IsDev"}, {"Fn::Or": [{"Condition": "Not"}, {"Condition": "IsDev"}]}]}, True),
    ],
)
def test_functions_resolve_as_cloudformation_does(value: Any, expected: object) -> None:
    assert scope().resolve(value) == expected


def test_a_function_that_is_not_resolved_is_an_error() -> None:
    with pytest.raises(UnsupportedIntrinsic, match="Fn::Cidr"):
        scope().resolve({"Fn::Cidr": ["10.0.0.0/16", 2]})


def test_every_name_that_a_resource_needs_is_found() -> None:
    value = {"a": {"Fn::Sub": ["${A.Arn}${b}", {"b": {"Ref": "B"}}]}, "c": [{"Fn::GetAtt": ["C", "Arn"]}]}
    assert set(names_in(value)) == {"A", "b", "B", "C"}


def test_an_unknown_resource_type_is_named_before_anything_is_created() -> None:
    deployment = Deployment(stack="s", account="1", region="eu-west-1", session=boto3.Session(), sources={})
    template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Night": {"Type": "AWS::Kinesis::Stream"}}}
    with pytest.raises(UnsupportedResource, match="Night: the local stack cannot create AWS::Kinesis::Stream"):
        deploy(template, scope(), deployment, HANDLERS)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SamlProviderArn", "corp", "must be an ARN such as"),
        ("PublicBaseUrl", "https://studio.example.com/", "without a trailing slash"),
        ("LogRetentionDays", "31", "must be one of 30, 60"),
        ("UrlExpiresSeconds", "301", "must be 5 to 300"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_would_be_right(name: str, value: str, message: str) -> None:
    with pytest.raises(WrongParameter, match=f"parameter {name} is .*{message}"):
        resolved(ROOT / "template.yaml", {"SamlProviderArn": PROVIDER, name: value})


def test_a_parameter_without_a_value_is_asked_for() -> None:
    with pytest.raises(WrongParameter, match="SamlProviderArn has no value"):
        resolved(ROOT / "template.yaml", {})
