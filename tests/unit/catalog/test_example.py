"""The example that administrators start from: it compiles, and its policies give no more than they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from concierge.catalog.load import load
from concierge.catalog.model import Persona, RoleScope
from concierge.catalog.render import render_policy
from concierge.catalog.source import compile_file

CATALOG = load(compile_file(Path(__file__).parents[3] / "examples" / "studio.yaml"))
each_persona = pytest.mark.parametrize("persona", CATALOG.personas, ids=lambda persona: persona.name)


def statements(persona: Persona) -> list[dict[str, Any]]:
    policy = render_policy(persona, CATALOG.domains[0], partition="aws", role="studio-exec-somebody") or ""
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def condition_keys(statement: dict[str, Any]) -> Iterator[str]:
    for keys in statement.get("Condition", {}).values():
        yield from keys


def known_keys(action: str) -> set[str]:
    service, _, name = action.partition(":")
    found = get_action_data(service, name)
    assert found, f"AWS has no action {action}"
    return {re.sub(r"\$\{TagKey\}$", "", key) for each in found[service] for key in each["condition_keys"]}


def test_it_shows_each_way_to_share_a_role() -> None:
    assert {each.name: each.role_scope for each in CATALOG.personas} == {
        "data-scientist": RoleScope.USER,
        "ml-engineer": RoleScope.TEAM,
        "analyst": RoleScope.PERSONA,
    }


@each_persona
def test_actions_and_their_condition_keys_exist_and_have_no_wildcards(persona: Persona) -> None:
    for statement in statements(persona):
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            assert "*" not in action
            supported = {*known_keys(action), "iam:PassedToService"}
            for key in condition_keys(statement):
                assert key in supported or re.sub("/.*", "/", key) in supported, (action, key)


@each_persona
def test_only_reading_the_domain_is_allowed_on_everything(persona: Persona) -> None:
    wide = [each for each in statements(persona) if "*" in listed(each["Resource"])]
    assert [each["Sid"] for each in wide] == ["SeeTheDomain"]
    assert all(re.match("sagemaker:(Describe|List)", action) for each in wide for action in each["Action"])


@each_persona
def test_apps_are_opened_in_ones_own_private_spaces_only(persona: Persona) -> None:
    (opening,) = (each for each in statements(persona) if "sagemaker:CreateApp" in each["Action"])
    owner = opening["Condition"]["ArnLike"]["sagemaker:OwnerUserProfileArn"]
    assert owner.endswith(":user-profile/${sagemaker:DomainId}/${sagemaker:UserProfileName}")
    assert opening["Condition"]["StringEquals"] == {"sagemaker:SpaceSharingType": "Private"}


@each_persona
def test_a_role_is_passed_to_sagemaker_only_and_is_the_persons_own(persona: Persona) -> None:
    for statement in statements(persona):
        if "iam:PassRole" in statement["Action"]:
            assert statement["Resource"] == "arn:aws:iam::123456789012:role/studio/exec/studio-exec-somebody"
            assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}


def test_a_persons_own_data_is_found_by_the_tag_of_the_role() -> None:
    text = json.dumps(statements(CATALOG.persona("data-scientist")))
    assert "arn:aws:s3:::studio-data-123456789012/users/${aws:PrincipalTag/studio-person}/*" in text
    assert "{account}" not in text


def test_nobody_shares_what_belongs_to_the_tag_of_a_person() -> None:
    """A role that several people share carries no `studiouserid`; a policy that compares with it would give nothing."""
    for persona in CATALOG.personas:
        if persona.role_scope is not RoleScope.USER:
            assert "PrincipalTag/stud" not in json.dumps(statements(persona))
