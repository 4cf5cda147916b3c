"""What the hub may do in another account is what it may do in its own: spoke.yaml follows template.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[3]
HUB: Any = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
SPOKE: Any = yaml_parse((ROOT / "spoke.yaml").read_text())["Resources"]
IN_OTHER_ACCOUNTS = ("Onboarding", "ReconcileDirectory", "IdleShutdown", "TagRemediation")
SERVICES = ("iam:", "sagemaker:", "tag:")
# Actions of several functions on everything, gathered in one statement of the spoke.
GATHERED = {"FindAppsAndSpaces", "FindApps", "FindResources", "FindProfiles", "FindEverybodyAndEverything"}


def actions(statement: dict[str, Any]) -> tuple[str, ...]:
    found = statement["Action"]
    return (found,) if isinstance(found, str) else tuple(found)


def statements_of_the_hub() -> list[dict[str, Any]]:
    documents = (
        policy for name in IN_OTHER_ACCOUNTS for policy in HUB[name]["Properties"]["Policies"] if "Statement" in policy
    )
    found = (statement for document in documents for statement in document["Statement"])
    return [each for each in found if all(action.startswith(SERVICES) for action in actions(each))]


def statements_of_the_spoke() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = SPOKE["SpokeRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def comparable(statement: dict[str, Any]) -> str:
    return json.dumps(statement, sort_keys=True)


def test_every_right_of_the_hubs_functions_is_in_the_spoke_and_no_other() -> None:
    hub = {comparable(each) for each in statements_of_the_hub() if each["Sid"] not in GATHERED}
    spoke = {comparable(each) for each in statements_of_the_spoke() if each["Sid"] not in GATHERED}
    # Two functions stop apps: the one on evidence may describe them too, and its statement holds the other's.
    narrower = {comparable(each) for each in statements_of_the_hub() if actions(each) == ("sagemaker:DeleteApp",)}
    assert hub - narrower == spoke


def test_what_is_found_in_lists_is_the_same() -> None:
    hub = {action for each in statements_of_the_hub() if each["Sid"] in GATHERED for action in actions(each)}
    spoke = {action for each in statements_of_the_spoke() if each["Sid"] in GATHERED for action in actions(each)}
    assert hub == spoke


def test_the_boundary_is_the_same_but_for_whose_bucket_it_guards() -> None:
    hub, spoke = (each["ExecutionBoundary"]["Properties"]["PolicyDocument"]["Statement"] for each in (HUB, SPOKE))
    assert [each["Sid"] for each in hub] == [each["Sid"] for each in spoke]
    guarded = [each for each in hub if each["Sid"] != "NeverTouchTheCatalogOrTheLedger"]
    assert guarded == [each for each in spoke if each["Sid"] != "NeverTouchTheCatalogOrTheLedger"]


def test_the_presigner_is_the_same_but_for_whom_it_trusts() -> None:
    hub, spoke = (each["PresignerRole"]["Properties"] for each in (HUB, SPOKE))
    assert hub["Policies"] == spoke["Policies"]
    conditions = [
        each["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["ForAllValues:StringEquals"]
        for each in (hub, spoke)
    ]
    assert conditions[0] == conditions[1]


@pytest.mark.parametrize("role", ["SpokeRole", "PresignerRole"])
def test_whoever_enters_is_a_function_of_the_hub_and_knows_more_than_its_name(role: str) -> None:
    (statement,) = SPOKE[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${HubAccountId}:root"}}
    patterns = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
    for each in patterns:
        named = each.get("Fn::Sub", "")
        assert named.startswith("arn:${AWS::Partition}:iam::${HubAccountId}:role/${HubStackName}-") or "Fn::If" in each
    asked = {key for operator in statement["Condition"].values() for key in operator}
    assert asked & {"sts:ExternalId", "aws:RequestTag/studiouserid"}
