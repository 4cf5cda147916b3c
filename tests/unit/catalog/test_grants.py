"""Which group gives what: order, duplicates and case do not matter, and the first binding wins."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.catalog.load import load
from concierge.catalog.model import Binding, Catalog, Directory, Domain, Persona, RoleScope
from concierge.catalog.render import render_policy, render_policy_arns
from concierge.catalog.source import compile_file

CATALOG = load(compile_file(Path(__file__).parents[3] / "examples" / "studio.yaml"))
TEAMS = Catalog(
    version=1,
    directories=(Directory(name="corp.example.com"),),
    domains=tuple(
        Domain(name=name, account="123456789012", region="eu-west-1", domain_id=f"d-{name}")
        for name in ("lab", "lab-eu")
    ),
    personas=tuple(Persona(name=name, role_scope=RoleScope.TEAM) for name in ("scientist", "data-scientist")),
    lifecycle_configs=(),
    bindings=(
        Binding(group="night-shift", domain="lab-eu", persona="scientist", line=1),
        Binding(pattern="{team}-{domain}-{persona}", line=2),
    ),
    digest="",
)
GROUPS = [
    "studio-ml-research",
    "studio-risk-analytics",
    "SageMaker-123456789012-ml-engineer",
    "SageMaker-123456789012-analyst",
    "SageMaker-999999999999-analyst",
    "unrelated",
    "ml-lab-scientist",
    "ML-lab-data-scientist",
    "risk-lab-data-scientist",
    "risk-lab-eu-scientist",
    "Night-Shift",
]
memberships = st.lists(st.sampled_from(GROUPS), max_size=8)


@given(memberships, st.data())
def test_order_duplicates_and_case_do_not_matter(groups: list[str], data: st.DataObject) -> None:
    shuffled = [each.upper() if i % 2 else each for i, each in enumerate(data.draw(st.permutations(groups * 2)))]
    assert CATALOG.grants(shuffled) == CATALOG.grants(groups)
    assert TEAMS.grants(shuffled) == TEAMS.grants(groups)


@given(memberships)
def test_nobody_gets_a_domain_twice(groups: list[str]) -> None:
    for catalog in (CATALOG, TEAMS):
        domains = [grant.domain.name for grant in catalog.grants(groups)]
        assert len(domains) == len(set(domains))


@given(memberships)
def test_one_more_group_never_takes_a_domain_away(groups: list[str]) -> None:
    fewer = {grant.domain.name for grant in TEAMS.grants(groups[1:])}
    assert fewer <= {grant.domain.name for grant in TEAMS.grants(groups)}


def test_the_team_of_a_pattern_is_one_team_in_whatever_case_an_event_names_it() -> None:
    (one,), (other,) = TEAMS.grants(["ml-lab-DATA-scientist"]), TEAMS.grants(["ML-Lab-data-scientist"])
    assert one == other
    assert (one.persona.name, one.tags, one.group) == ("data-scientist", {"team": "ml"}, "ml-lab-data-scientist")


def test_the_shortest_persona_does_not_hide_a_longer_one_behind_the_team() -> None:
    (grant,) = TEAMS.grants(["ml-lab-scientist"])
    assert grant.persona.name == "scientist"


def test_a_group_that_only_looks_like_another_gives_nothing() -> None:
    assert CATALOG.grants(["\u017ftudio-ml-research", "studio-ri\u017f\u212a-analytics"]) == ()


def test_the_first_binding_of_the_file_wins() -> None:
    (grant,) = CATALOG.grants(["SageMaker-123456789012-ml-engineer", "studio-risk-analytics"])
    assert grant.persona.name == "analyst"
    assert grant.group == "studio-risk-analytics"


@pytest.mark.parametrize(
    "group",
    [
        "SageMaker-123456789012-data-scientists",
        "xSageMaker-123456789012-analyst",
        "SageMaker-123456789012-",
        "SageMaker-999999999999-analyst",
        "studio-ml-research-2",
    ],
)
def test_a_name_that_only_looks_similar_gives_nothing(group: str) -> None:
    assert CATALOG.grants([group]) == ()
    assert not CATALOG.knows_group(group)


def test_placeholders_are_filled_and_iams_own_variables_stay() -> None:
    persona, domain = CATALOG.persona("data-scientist"), CATALOG.domain("research")
    policy = render_policy(persona, domain, partition="aws-cn", role="studio-exec-x") or ""
    assert "arn:aws-cn:sagemaker:eu-west-1:123456789012:app/d-abcdefghijkl/*" in policy
    assert "arn:aws-cn:iam::123456789012:role/studio/exec/studio-exec-x" in policy
    assert "${aws:PrincipalTag/studiouserid}" in policy
    assert render_policy_arns(persona, domain, partition="aws-cn") == (
        "arn:aws-cn:iam::aws:policy/AmazonAthenaFullAccess",
    )


def test_a_directory_is_known_by_its_name_and_by_its_ids() -> None:
    by_id = CATALOG.directory("D-9067A1B2C3")
    assert by_id is not None
    assert by_id == CATALOG.directory("corp.example.com")
    assert CATALOG.directory("evil.example.net") is None
