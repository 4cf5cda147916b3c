"""What is due, what is mended and what is left alone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.model import Door, ProfileBinding
from concierge.plan import Plan
from concierge.tags.model import Kind, ResourceTags
from concierge.tags.plan import SetTags, build_plan
from tests.support.night_fakes import AMARA_TAGS, RESEARCH, arn, binding

INHERITED = {key: value for key, value in AMARA_TAGS.items() if key != "managed-by"}


def resource(
    tags: Mapping[str, str],
    *,
    kind: Kind = Kind.PROFILE,
    name: str = "amara-okafor",
    owner: str | None = "amara-okafor",
) -> ResourceTags:
    return ResourceTags(arn=arn(kind, name), kind=kind, name=name, owner=owner, tags=tags)


def without(*keys: str) -> dict[str, str]:
    return {key: value for key, value in AMARA_TAGS.items() if key not in keys}


def plan_for(*resources: ResourceTags, bindings: Sequence[ProfileBinding] = (binding(),)) -> Plan:
    return build_plan(RESEARCH, bindings, resources)


def only_change(plan: Plan) -> SetTags:
    (change,) = plan.changes
    assert isinstance(change, SetTags)
    return change


def test_tags_that_are_right_need_nothing_whatever_others_added() -> None:
    assert plan_for(resource({**AMARA_TAGS, "project": "blue"})) == Plan(scope="domain research")


def test_a_missing_tag_is_added_and_the_reason_names_it() -> None:
    change = only_change(plan_for(resource(without("team"))))
    assert (change.action, change.subject) == ("set tags", "user-profile amara-okafor in research")
    assert change.reason == "team was missing, must be 'fraud'"
    assert change.tags == {"team": "fraud"}


def test_a_wrong_tag_is_set_right_and_the_reason_keeps_what_it_was() -> None:
    change = only_change(plan_for(resource({**AMARA_TAGS, "team": "Fraud", "persona": "admin"})))
    assert change.reason == "persona was 'admin', must be 'data-scientist'; team was 'Fraud', must be 'fraud'"
    assert change.tags == {"persona": "data-scientist", "team": "fraud"}


def test_a_lost_ownership_tag_is_given_back_because_the_ledger_knows_better() -> None:
    change = only_change(plan_for(resource(without("managed-by"))))
    assert change.tags == {"managed-by": "studio-concierge"}
    assert change.reason == "managed-by was missing, and the ledger's binding proves that it was made here"


def test_a_profile_that_lost_all_tags_gets_them_back() -> None:
    assert only_change(plan_for(resource({}))).tags == AMARA_TAGS


@pytest.mark.parametrize(
    "tags", [{**AMARA_TAGS, "managed-by": "terraform"}, {"studiouserid": "ben.ito", "team": "risk"}]
)
def test_a_profile_that_somebody_else_made_under_the_name_is_left_alone(tags: Mapping[str, str]) -> None:
    plan = plan_for(resource(tags))
    assert plan.changes == ()
    (finding,) = plan.findings
    assert "left alone" in finding.reason


def test_a_login_tag_that_names_somebody_else_on_a_profile_of_ours_is_set_right() -> None:
    assert only_change(plan_for(resource({**AMARA_TAGS, "studiouserid": "ben.ito"}))).tags == {
        "studiouserid": "amara.okafor"
    }


@pytest.mark.parametrize("kind", [Kind.SPACE, Kind.APP])
def test_spaces_and_apps_inherit_all_but_the_claim_that_they_were_made_here(kind: Kind) -> None:
    profile = resource(AMARA_TAGS)
    change = only_change(plan_for(profile, resource({}, kind=kind, name="lab")))
    assert change.tags == INHERITED
    assert plan_for(profile, resource(AMARA_TAGS, kind=kind, name="lab")).is_empty


def test_a_space_of_ours_that_names_somebody_else_is_set_right_because_studio_says_who_owns_it() -> None:
    lab = resource({**INHERITED, "studiouserid": "ben.ito"}, kind=Kind.SPACE, name="lab")
    assert only_change(plan_for(resource(AMARA_TAGS), lab)).tags == {"studiouserid": "amara.okafor"}


def test_what_nobody_of_ours_owns_is_left_alone() -> None:
    shared = resource({}, kind=Kind.SPACE, name="shared", owner=None)
    other = resource({}, kind=Kind.APP, name="theirs", owner="stranger")
    assert plan_for(resource(AMARA_TAGS), shared, other) == Plan(scope="domain research")


def test_profiles_without_a_binding_are_told_in_one_finding() -> None:
    strangers = tuple(resource({}, name=name, owner=name) for name in ("zoe", "ada"))
    plan = plan_for(resource(AMARA_TAGS), *strangers)
    assert plan.changes == ()
    (finding,) = plan.findings
    assert finding.subject == "2 profiles in research"
    assert finding.reason.endswith("left alone: ada, zoe")


def test_a_binding_whose_profile_is_gone_is_told_unless_the_door_is_closed() -> None:
    gone = (binding("ada"), binding("zoe", door=Door.CLOSED))
    (finding,) = plan_for(bindings=gone).findings
    assert finding.reason == "the ledger has bindings for them, but they do not exist: ada"


def test_a_tag_that_aws_would_refuse_is_told_and_the_others_are_mended() -> None:
    bound = binding(tags={**AMARA_TAGS, "team": "fraud, risk", "aws:team": "x"})
    plan = plan_for(resource(without("cost-centre", "team")), bindings=(bound,))
    assert only_change(plan).tags == {"cost-centre": "4711"}
    (finding,) = plan.findings
    assert finding.reason == "AWS would not accept the tags that are due: aws:team, team"


def test_tags_in_any_script_are_legal() -> None:
    bound = binding(tags={**AMARA_TAGS, "team": "Größe 研究 +1"})
    assert only_change(plan_for(resource(AMARA_TAGS), bindings=(bound,))).tags == {"team": "Größe 研究 +1"}


def test_a_resource_that_is_full_is_told_and_not_tried() -> None:
    full = {**without("team"), **{f"theirs-{number}": "x" for number in range(45)}}
    plan = plan_for(resource(full))
    assert plan.changes == ()
    (finding,) = plan.findings
    assert finding.reason == "team due, but it would have 51 tags of 50"


def test_the_last_free_tag_is_used() -> None:
    nearly = {**without("team"), **{f"theirs-{number}": "x" for number in range(44)}}
    assert only_change(plan_for(resource(nearly))).tags == {"team": "fraud"}


def test_aws_own_tags_leave_room_for_ours() -> None:
    system = {f"aws:cloudformation:{number}": "x" for number in range(50)}
    assert only_change(plan_for(resource({**without("team"), **system}))).tags == {"team": "fraud"}


keys = st.sampled_from([*AMARA_TAGS, "project", "aws:created", "bad,key"])
values = st.sampled_from(["fraud", "amara.okafor", "studio-concierge", "terraform", "a,b", ""])
tags = st.dictionaries(keys, values, max_size=6) | st.just(dict(AMARA_TAGS))
owners = st.sampled_from(["amara-okafor", "ben-ito", "stranger", None])
resources = st.lists(
    st.builds(
        ResourceTags,
        arn=st.integers(0, 30).map(str),
        kind=st.sampled_from(Kind),
        name=st.sampled_from(["amara-okafor", "ben-ito", "stranger"]),
        owner=owners,
        tags=tags,
    ),
    unique_by=lambda each: each.arn,
    max_size=8,
)
bindings = st.lists(
    st.builds(binding, st.sampled_from(["amara-okafor", "ben-ito"]), tags=tags), unique_by=lambda each: each.profile
)


def after(plan: Plan, observed: Sequence[ResourceTags]) -> list[ResourceTags]:
    set_tags = {change.arn: change.tags for change in plan.changes if isinstance(change, SetTags)}
    return [replace(each, tags={**each.tags, **set_tags.get(each.arn, {})}) for each in observed]


@given(bindings, resources)
def test_one_sweep_is_enough(bound: list[ProfileBinding], observed: list[ResourceTags]) -> None:
    plan = build_plan(RESEARCH, bound, observed)
    assert build_plan(RESEARCH, bound, after(plan, observed)).changes == ()


@given(bindings, resources, st.randoms(use_true_random=False))
def test_order_does_not_matter(bound: list[ProfileBinding], observed: list[ResourceTags], random: object) -> None:
    plan = build_plan(RESEARCH, bound, observed)
    shuffled = sorted(observed, key=lambda _each: random.random())  # type: ignore[attr-defined]  # random.Random
    assert build_plan(RESEARCH, bound[::-1], shuffled) == plan


@given(bindings, resources)
def test_a_resource_has_one_change_at_most_and_strangers_have_none(
    bound: list[ProfileBinding], observed: list[ResourceTags]
) -> None:
    changed = [change.thread for change in build_plan(RESEARCH, bound, observed).changes]
    owned = {each.arn for each in observed if each.owner in {one.profile for one in bound}}
    assert len(changed) == len(set(changed))
    assert set(changed) <= owned
