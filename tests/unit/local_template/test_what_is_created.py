"""A template with conditions, lists and parameters that may be empty: what is created of it, and with what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.events import rules
from local.template.release import release

TEMPLATE = Path(__file__).parents[2] / "fixtures" / "sam_app" / "sources.yaml"
PARTNER = "aws.partner/okta.com/example/studio"


@pytest.fixture(autouse=True)
def moto() -> Iterator[None]:
    with (
        mock_aws(config={"iam": {"load_aws_managed_policies": True}}),
        rules.delivering(lambda *_: None, lambda *_: None),  # knows the names of partners' buses
    ):
        yield


def released(**given: str) -> Mapping[str, Any]:
    """Creates the template's resources; returns its Echo function."""
    release(TEMPLATE, given, boto3.Session(region_name="eu-west-1"), account="123456789012", region="eu-west-1")
    found = boto3.client("lambda", region_name="eu-west-1").list_functions()["Functions"]
    [echo] = [each for each in found if "-Echo-" in each["FunctionName"]]
    return echo


def inline_policies(function: Mapping[str, Any]) -> str:
    iam, name = boto3.client("iam"), function["Role"].rpartition("/")[2]
    found = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return json.dumps([iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in found])


def buses() -> set[str]:
    found = boto3.client("events", region_name="eu-west-1").list_event_buses()["EventBuses"]
    return {each["Name"] for each in found}


def test_lists_are_joined_selected_and_split() -> None:
    found = released()["Environment"]["Variables"]
    assert (found["FIRST"], found["ALL"], found["PART"]) == ("sg-1", "sg-1;sg-2", "b")


def test_what_a_condition_leaves_out_is_not_there() -> None:
    assert "s3:ListAllMyBuckets" not in inline_policies(released())
    assert buses() == {"default", "news"}


def test_what_a_condition_lets_in_is_there() -> None:
    assert "s3:ListAllMyBuckets" in inline_policies(released(Subnets="subnet-1,subnet-2", PartnerBus=PARTNER))
    assert buses() == {"default", "news", PARTNER}
