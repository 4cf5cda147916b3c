"""What the hub may do in another account is what it may do in its own: spoke.yaml follows template.yaml."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from samtranslator.yaml_helper import yaml_parse

from local.template.parameters import WrongParameter, resolved

ROOT = Path(__file__).parents[3]
HUB: Any = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
SPOKE: Any = yaml_parse((ROOT / "spoke.yaml").read_text())["Resources"]
REGION: Any = yaml_parse((ROOT / "region.yaml").read_text())["Resources"]
SERVICES = ("iam:", "sagemaker:", "tag:")
ACTIVITY = "table/${HubStackName}-activity"  # of DynamoDB nothing else is in another account
THE_WAY_IN = "arn:${AWS::Partition}:iam::*:role/studio-platform/${AWS::StackName}-spoke"
OF_THE_HUB = "arn:${AWS::Partition}:iam::${HubAccountId}:role/${HubStackName}-"


class Right(NamedTuple):
    """One action on one resource; resource and condition as text, so that they can be compared."""

    effect: str
    action: str
    resource: str
    condition: str


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(function: str) -> list[dict[str, Any]]:
    policies = HUB[function]["Properties"].get("Policies", ())
    return [each for policy in policies for each in policy.get("Statement", ()) if "Action" in each]


def functions_that_reach_other_accounts() -> list[str]:
    functions = (name for name, each in HUB.items() if each["Type"] == "AWS::Serverless::Function")
    return [name for name in functions if any(each["Resource"] == {"Fn::Sub": THE_WAY_IN} for each in statements(name))]


def is_of_the_account(action: str, resource: str) -> bool:
    return action.startswith(SERVICES) or (action.startswith("dynamodb:") and ACTIVITY in resource)


def rights(found: Iterable[dict[str, Any]]) -> set[Right]:
    return {
        Right(each["Effect"], action, resource, json.dumps(each.get("Condition"), sort_keys=True))
        for each in found
        for action in listed(each["Action"])
        for resource in (
            json.dumps(one).replace("${AWS::StackName}", "${HubStackName}") for one in listed(each["Resource"])
        )
        if is_of_the_account(action, resource)
    }


def leading_keys(right: Right) -> set[str]:
    condition = json.loads(right.condition) or {}
    return set(condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ()))


def in_one_statement(found: set[Right]) -> set[Right]:
    """Who may write under several names may write under each of them."""
    wider = {right: [each for each in found if each[:3] == right[:3]] for right in found}
    return {
        right
        for right, others in wider.items()
        if not leading_keys(right) or not any(leading_keys(right) < leading_keys(each) for each in others)
    }


def without_narrower_ones(found: set[Right]) -> set[Right]:
    """Where one function needs a condition and another does without, both may do without."""
    return {
        right
        for right in found
        if right.effect == "Deny" or right.condition == "null" or right._replace(condition="null") not in found
    }


def document_of_the_hub(role: str) -> Any:
    """A resource's properties as they would be written in the spoke."""
    text = json.dumps(HUB[role]["Properties"])
    for here, there in (
        ('{"Fn::GetAtt": ["CatalogBucket", "Arn"]}', '{"Ref": "CatalogBucketArn"}'),
        ("${CatalogBucket.Arn}", "${CatalogBucketArn}"),
        ("${AWS::StackName}", "${HubStackName}"),
    ):
        text = text.replace(here, there)
    return json.loads(text)


def trust(role: str) -> dict[str, Any]:
    (statement,) = SPOKE[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    found: dict[str, Any] = statement
    return found


def test_the_spoke_may_do_what_the_hubs_functions_may_and_no_more() -> None:
    hub = rights(each for name in functions_that_reach_other_accounts() for each in statements(name))
    (policy,) = SPOKE["SpokeRole"]["Properties"]["Policies"]
    spoke = rights(policy["PolicyDocument"]["Statement"])
    wanted = in_one_statement(without_narrower_ones(hub))
    assert {"missing": sorted(wanted - spoke), "too much": sorted(spoke - wanted)} == {"missing": [], "too much": []}


def test_nothing_but_iam_sagemaker_tagging_and_the_activity_table_is_reached_there() -> None:
    (policy,) = SPOKE["SpokeRole"]["Properties"]["Policies"]
    reached = [
        (action, json.dumps(each["Resource"]))
        for each in policy["PolicyDocument"]["Statement"]
        for action in listed(each["Action"])
    ]
    assert [each for each in reached if not is_of_the_account(*each)] == []


@pytest.mark.parametrize("template", [SPOKE, REGION], ids=["spoke.yaml", "region.yaml"])
def test_the_activity_table_is_the_hubs_under_the_hubs_name(template: Any) -> None:
    assert template["Activity"] == {"Type": HUB["Activity"]["Type"], "Properties": document_of_the_hub("Activity")}


def test_the_functions_that_reach_other_accounts_are_let_in_and_no_others() -> None:
    functions = functions_that_reach_other_accounts()
    assert len(functions) >= 4
    let_in = [each["Fn::Sub"] for each in trust("SpokeRole")["Condition"]["ArnLike"]["aws:PrincipalArn"][:-1]]
    assert sorted(let_in) == sorted(f"{OF_THE_HUB}{name}Role-*" for name in functions)
    last = trust("SpokeRole")["Condition"]["ArnLike"]["aws:PrincipalArn"][-1]
    assert last == {"Fn::If": ["HasAdministratorRole", {"Ref": "AdministratorRoleArn"}, {"Ref": "AWS::NoValue"}]}


def test_whoever_comes_in_is_of_the_hub_and_knows_the_external_id() -> None:
    statement = trust("SpokeRole")
    assert statement["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${HubAccountId}:root"}}
    assert statement["Action"] == "sts:AssumeRole"
    assert statement["Condition"]["StringEquals"]["sts:ExternalId"][0] == {"Ref": "ExternalId"}


@pytest.mark.parametrize("what", ["Path", "ManagedPolicyName", "PolicyDocument"])
def test_the_boundary_is_the_hubs(what: str) -> None:
    assert SPOKE["ExecutionBoundary"]["Properties"][what] == document_of_the_hub("ExecutionBoundary")[what]


@pytest.mark.parametrize("what", ["Path", "RoleName", "Policies"])
def test_the_presigner_is_the_hubs(what: str) -> None:
    assert SPOKE["PresignerRole"]["Properties"][what] == document_of_the_hub("PresignerRole")[what]


def test_the_presigner_lets_in_the_link_function_as_one_person() -> None:
    (hub,) = HUB["PresignerRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    caller = {"ArnLike": {"aws:PrincipalArn": [{"Fn::Sub": f"{OF_THE_HUB}PresignedUrlRole-*"}]}}
    assert hub["Principal"] == {"AWS": {"Fn::GetAtt": ["PresignedUrlRole", "Arn"]}}
    assert trust("PresignerRole")["Condition"] == {**hub["Condition"], **caller}
    assert trust("PresignerRole")["Action"] == hub["Action"]


@pytest.mark.parametrize(
    "external_id", ["short", "fifteen-letters", "with spaces in between", "", "sixteen-letters-\n"]
)
def test_an_external_id_that_could_be_guessed_or_mistyped_is_refused(external_id: str) -> None:
    given = {"HubAccountId": "123456789012", "ExternalId": external_id, "CatalogBucketArn": "arn:aws:s3:::catalog"}
    with pytest.raises(WrongParameter, match="parameter ExternalId"):
        resolved(ROOT / "spoke.yaml", given)
