"""What is due on one resource, what is mended and what is left alone."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.model import ProfileBinding
from concierge.tags.judgement import Judgement, judge, judge_shared
from concierge.tags.model import Kind, ResourceTags
from concierge.tags.owners import Owner, Owners
from tests.support.night_fakes import AMARA_TAGS, binding
from tests.support.tag_fakes import INHERITED, by_amara, profile_arn

OTHERS = [kind for kind in Kind if kind is not Kind.PROFILE]


def resource(tags: Mapping[str, str], kind: Kind = Kind.PROFILE) -> ResourceTags:
    return ResourceTags(arn=profile_arn("amara-okafor"), kind=kind, name="amara-okafor", tags=tags)


def owner(bound: ProfileBinding) -> Owner:
    found = Owners([bound]).of(bound.profile)
    assert found is not None
    return found


def judged(tags: Mapping[str, str], *, kind: Kind = Kind.PROFILE, required: tuple[str, ...] = ()) -> Judgement:
    return judge(resource(tags, kind), owner(binding()), required)


def without(*keys: str) -> dict[str, str]:
    return {key: value for key, value in AMARA_TAGS.items() if key not in keys}


def test_tags_that_are_right_need_nothing_whatever_others_added() -> None:
    assert judged({**AMARA_TAGS, "project": "blue"}) == Judgement()


def test_a_missing_tag_is_added_and_the_reason_names_it() -> None:
    found = judged(without("team"))
    assert (found.tags, found.why) == ({"team": "fraud"}, "team was missing, must be 'fraud'")
    assert not found.replaces


def test_a_wrong_tag_is_set_right_and_the_reason_keeps_what_it_was() -> None:
    found = judged({**AMARA_TAGS, "team": "Fraud", "persona": "admin"})
    assert found.why == "persona was 'admin', must be 'data-scientist'; team was 'Fraud', must be 'fraud'"
    assert found.tags == {"persona": "data-scientist", "team": "fraud"}
    assert found.replaces


def test_a_reason_shows_the_beginning_of_a_long_value() -> None:
    assert judged({**AMARA_TAGS, "team": "x" * 256}).why == f"team was '{'x' * 64}…', must be 'fraud'"


def test_a_lost_ownership_tag_is_given_back_because_the_ledger_knows_better() -> None:
    found = judged(without("managed-by"))
    assert found.tags == {"managed-by": "studio-concierge"}
    assert found.why == "managed-by was missing, and the ledger's binding proves that it was made here"


def test_a_profile_that_lost_all_tags_gets_them_back() -> None:
    assert judged({}).tags == AMARA_TAGS


@pytest.mark.parametrize(
    "tags", [{**AMARA_TAGS, "managed-by": "terraform"}, {"studiouserid": "ben.ito", "team": "risk"}]
)
def test_a_profile_that_somebody_else_made_under_the_name_is_left_alone(tags: Mapping[str, str]) -> None:
    found = judged(tags, required=("cost-centre",))
    assert (found.tags, found.lacking) == ({}, ())
    (problem,) = found.problems
    assert problem.endswith("left alone")


def test_a_login_tag_that_names_somebody_else_on_a_profile_of_ours_is_set_right() -> None:
    assert judged({**AMARA_TAGS, "studiouserid": "ben.ito"}).tags == {"studiouserid": "amara.okafor"}


@pytest.mark.parametrize("kind", OTHERS)
def test_all_but_profiles_inherit_all_but_the_claim_that_they_were_made_here(kind: Kind) -> None:
    assert judged({}, kind=kind).tags == INHERITED
    assert judged(AMARA_TAGS, kind=kind) == judged(INHERITED, kind=kind) == Judgement()


def test_a_job_that_terraform_manages_is_left_alone() -> None:
    found = judged(by_amara(**{"managed-by": "terraform"}), kind=Kind.TRAINING_JOB)
    assert (found.tags, found.problems) == ({}, ("managed-by says 'terraform'; left alone",))


def test_a_space_of_ours_that_names_somebody_else_is_set_right_because_studio_says_who_owns_it() -> None:
    assert judged({**INHERITED, "studiouserid": "ben.ito"}, kind=Kind.SPACE).tags == {"studiouserid": "amara.okafor"}


def test_a_tag_that_aws_would_refuse_is_told_and_the_others_are_mended() -> None:
    bound = binding(tags={**AMARA_TAGS, "team": "fraud, risk", "aws:team": "x", "long": "x" * 257})
    found = judge(resource(without("cost-centre", "team")), owner(bound))
    assert found.tags == {"cost-centre": "4711"}
    assert found.problems == ("AWS would not accept the tags that are due: aws:team, long, team",)


def test_tags_in_any_script_are_legal() -> None:
    bound = binding(tags={**AMARA_TAGS, "team": "Größe 研究 +1"})
    assert judge(resource(AMARA_TAGS), owner(bound)).tags == {"team": "Größe 研究 +1"}


def test_a_resource_that_is_full_is_told_and_not_tried() -> None:
    found = judged({**without("team"), **{f"theirs-{number}": "x" for number in range(45)}})
    assert (found.tags, found.why) == ({}, "")
    assert found.problems == ("team due, but it would have 51 tags of 50",)


def test_the_last_free_tag_is_used() -> None:
    assert judged({**without("team"), **{f"theirs-{number}": "x" for number in range(44)}}).tags == {"team": "fraud"}


def test_a_full_resource_whose_tags_are_all_there_can_still_be_set_right() -> None:
    full = {**AMARA_TAGS, "team": "risk", **{f"theirs-{number}": "x" for number in range(44)}}
    assert judged(full).tags == {"team": "fraud"}


def test_a_resource_that_is_right_may_be_as_full_as_it_likes() -> None:
    assert judged({**AMARA_TAGS, **{f"theirs-{number}": "x" for number in range(60)}}) == Judgement()


def test_aws_own_tags_leave_room_for_ours_and_those_of_studio_do_not() -> None:
    system = {f"aws:cloudformation:{number}": "x" for number in range(50)}
    assert judged({**without("team"), **system}).tags == {"team": "fraud"}
    studio = {f"sagemaker:{number}": "x" for number in range(45)}
    assert judged({**without("team"), **studio}).tags == {}


def test_a_required_tag_that_the_binding_does_not_give_is_lacking_unless_somebody_gave_it() -> None:
    required = ("team", "project")
    assert judged(without("team"), required=required).lacking == ("project",)
    assert judged({**AMARA_TAGS, "project": ""}, required=required).lacking == ()


def test_a_required_tag_that_cannot_be_set_is_lacking() -> None:
    full = {**without("team"), **{f"theirs-{number}": "x" for number in range(45)}}
    assert judged(full, required=("team",)).lacking == ("team",)


def test_what_is_shared_gets_the_domains_tags_where_nobody_gave_it_others() -> None:
    due = {"business-unit": "research", "cost-centre": "1"}
    shared = resource({"cost-centre": "4711"}, Kind.SPACE)
    found = judge_shared(shared, due, ("team",))
    assert (found.tags, found.lacking, found.replaces) == ({"business-unit": "research"}, ("team",), False)
    assert judge_shared(resource({"managed-by": "terraform"}, Kind.SPACE), due).tags == {}


keys = st.sampled_from([*AMARA_TAGS, "project", "aws:created", "bad,key"])
values = st.sampled_from(["fraud", "amara.okafor", "studio-concierge", "terraform", "a,b", ""])
tags = st.dictionaries(keys, values, max_size=6) | st.just(dict(AMARA_TAGS))


@given(tags, tags, st.sampled_from(Kind))
def test_mending_once_is_enough_and_takes_nothing_away(due: dict[str, str], found: dict[str, str], kind: Kind) -> None:
    bound, before = owner(binding(tags=due)), resource(found, kind)
    after = replace(before, tags={**found, **judge(before, bound).tags})
    assert judge(after, bound).tags == {}
    assert after.tags.keys() >= found.keys()
    assert {key: after.tags[key] for key in found if key not in due} == {
        key: found[key] for key in found if key not in due
    }
