"""A target read once: what the index names, what it leaves out, whose everything is, and what is told."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.errors import Denied, OutOfTime, Throttled
from concierge.model import Door, ProfileBinding
from concierge.night.request import Target
from concierge.tags.model import IN_A_DOMAIN, IN_THE_ACCOUNT, Kind, Made
from concierge.tags.reading import Place
from concierge.tags.remediation import TagRemediation
from tests.support.night_fakes import ACCOUNT, AMARA_TAGS, NOW, RESEARCH, SALES, app, arn, binding, space
from tests.support.tag_fakes import (
    INHERITED,
    PLACE,
    TARGET,
    Ledger,
    Lists,
    Tags,
    by_amara,
    lists_of,
    made_arn,
    profile_arn,
    read_all,
    room,
    set_by,
    told_by,
    write_all,
)

AMARA, BEN = profile_arn("amara-okafor"), profile_arn("ben-ito")
SPACE, SHARED = arn(Kind.SPACE, "amara-lab"), arn(Kind.SPACE, "shared")
LAB = app(profile=None, space="amara-lab", arn=arn(Kind.APP, "amara-lab/jupyterlab/default"))
SPACES = (space("amara-lab", "amara-okafor"), space("shared", None))
TEAM = {**AMARA_TAGS, "team": "risk"}
BOTH = Target(account=ACCOUNT, region="eu-west-1", domains=(RESEARCH, SALES))
DENIED = Denied("sagemaker:ListX", "AccessDeniedException", "no")


def ben(**changed: object) -> ProfileBinding:
    return binding("ben-ito", login="ben.ito", tags={**AMARA_TAGS, "studiouserid": "ben.ito"}, **changed)


def job(name: str, kind: Kind = Kind.TRAINING_JOB) -> Made:
    return Made(arn=made_arn(kind, name), kind=kind, name=name)


def test_what_is_right_needs_nothing_and_every_domain_is_told_to_its_end() -> None:
    tags = Tags(held={AMARA: {**AMARA_TAGS, "project": "blue"}, SPACE: INHERITED, LAB.arn: INHERITED})
    changes, (survey,) = read_all(room(tags, lists_of(tags.held, spaces=SPACES, apps=(LAB,)), binding()))
    assert (changes, survey.plan.findings) == ([], ())
    assert (survey.part, survey.is_last, survey.error, survey.counts) == ("research", True, None, {"checked": 3})


def test_the_profile_its_space_and_what_runs_in_it_are_mended_and_nothing_else() -> None:
    tags = Tags(held={AMARA: TEAM, profile_arn("stranger"): {"a": "b"}, SHARED: {"c": "d"}})
    changes, _ = read_all(room(tags, lists_of(tags.held, spaces=SPACES, apps=(LAB,)), binding()))
    assert set_by(changes) == {AMARA: {"team": "fraud"}, SPACE: INHERITED, LAB.arn: INHERITED}


@pytest.mark.parametrize("kind", IN_THE_ACCOUNT)
def test_what_a_person_made_in_studio_gets_their_tags(kind: Kind) -> None:
    own = made_arn(kind, "churn")
    tags = Tags(held={AMARA: dict(AMARA_TAGS), own: by_amara(team="risk")})
    changes, surveys = read_all(room(tags, lists_of(tags.held), binding()))
    (change,) = changes
    assert (change.arns, change.subject) == ((own,), f"{kind} churn in research")
    assert change.tags == INHERITED
    assert "team was 'risk', must be 'fraud'" in change.reason
    assert told_by(surveys) == {}


def test_what_was_made_in_a_private_space_is_its_owners_and_in_a_shared_one_nobodys() -> None:
    private, shared, gone = (made_arn(Kind.PIPELINE, name) for name in ("private", "shared", "gone"))
    held = {
        AMARA: dict(AMARA_TAGS),
        private: {"sagemaker:space-arn": SPACE},
        shared: {"sagemaker:space-arn": SHARED},
        gone: {"sagemaker:space-arn": arn(Kind.SPACE, "gone")},
    }
    changes, surveys = read_all(room(Tags(held=held), lists_of(held, spaces=SPACES), binding()))
    assert set(set_by(changes)) == {private, SPACE}
    assert told_by(surveys) == {
        "2 pipelines in 111122223333/eu-west-1": "no tag says whose they are; left alone: gone, shared"
    }


def test_what_no_tag_leads_to_a_person_from_is_told_once_for_each_kind() -> None:
    domain_alone = {"sagemaker:domain-arn": f"{PLACE}:domain/d-research"}
    elsewhere = {"sagemaker:user-profile-arn": AMARA.replace(ACCOUNT, "999900001111")}
    held = {
        **{made_arn(Kind.TRAINING_JOB, f"job-{number:02}"): dict(domain_alone) for number in range(12)},
        made_arn(Kind.MODEL, "theirs"): elsewhere,
    }
    changes, surveys = read_all(room(Tags(held=held), Lists(), binding(door=Door.CLOSED)))
    assert changes == []
    told = told_by(surveys)
    assert told["12 training jobs in 111122223333/eu-west-1"].endswith("job-08, job-09 and 2 more")
    assert told["1 models in 111122223333/eu-west-1"] == "no tag says whose they are; left alone: theirs"
    assert surveys[0].part == "jobs in 111122223333/eu-west-1"
    assert surveys[-1].part == "research"


def test_what_people_of_other_domains_or_unknown_people_made_is_none_of_ours() -> None:
    held = {
        made_arn(Kind.MODEL, "other"): {"sagemaker:user-profile-arn": profile_arn("amara-okafor", "d-other")},
        made_arn(Kind.MODEL, "strange"): {"sagemaker:user-profile-arn": profile_arn("stranger")},
        profile_arn("amara-okafor", "d-other"): {},
    }
    changes, surveys = read_all(room(Tags(held=held), Lists(), binding(door=Door.CLOSED)))
    assert (changes, told_by(surveys)) == ([], {})


def test_jobs_of_a_week_without_any_tag_are_told_and_older_ones_are_not_asked_for() -> None:
    tagged, bare = job("tagged"), job("bare")
    tags = Tags(held={AMARA: dict(AMARA_TAGS), tagged.arn: by_amara(**INHERITED)})
    lists = replace(lists_of(tags.held), made=(tagged, bare))
    changes, surveys = read_all(room(tags, lists, binding()))
    assert (changes, tags.asked) == ([], [])
    assert told_by(surveys) == {
        "1 training jobs in 111122223333/eu-west-1": (
            "made in the last 7 days without any tag, so nobody can say whose they are: bare"
        )
    }
    assert set(lists.since) == {NOW - timedelta(days=7)}


def test_a_list_that_cannot_be_read_is_told_and_keeps_no_other_from_its_turn() -> None:
    tags = Tags(held={AMARA: TEAM})
    lists = replace(lists_of(tags.held), made=(job("bare"),), broken={Kind.MODEL: DENIED, Kind.PIPELINE: DENIED})
    changes, surveys = read_all(room(tags, lists, binding()))
    assert set_by(changes) == {AMARA: {"team": "fraud"}}
    jobs, research = surveys
    assert (jobs.error, research.error) == (DENIED, None)
    assert "models in 111122223333/eu-west-1" in told_by(surveys)


def test_what_the_index_leaves_out_of_a_kind_that_it_serves_never_had_a_tag() -> None:
    tags = Tags(held={AMARA: dict(AMARA_TAGS)})
    lists = Lists(profile_names={"d-research": ("amara-okafor", "ben-ito")})
    changes, _ = read_all(room(tags, lists, binding(), ben()))
    assert set_by(changes) == {BEN: {**AMARA_TAGS, "studiouserid": "ben.ito"}}
    assert tags.asked == []


def test_a_kind_that_the_index_does_not_serve_is_asked_one_by_one_if_it_is_ours() -> None:
    tags = Tags(
        held={AMARA: dict(AMARA_TAGS), SPACE: dict(INHERITED), LAB.arn: dict(INHERITED)},
        serves=frozenset({Kind.PROFILE}),
    )
    changes, _ = read_all(room(tags, lists_of(tags.held, spaces=SPACES, apps=(LAB,)), binding()))
    assert changes == []
    assert tags.asked == [SPACE, LAB.arn]


def test_a_kind_that_is_not_served_is_read_to_its_end_once_one_of_ten_has_a_tag() -> None:
    names = [f"lab-{number}" for number in range(250)]
    held = {AMARA: dict(AMARA_TAGS), **{arn(Kind.SPACE, name): dict(INHERITED) for name in names}}
    held[arn(Kind.SPACE, "lab-77")] = {"team": "risk"}
    tags = Tags(held=held, serves=frozenset({Kind.PROFILE}))
    spaces = [space(name, "amara-okafor") for name in names]
    changes, _ = read_all(room(tags, lists_of(held, spaces=spaces), binding()))
    assert set_by(changes) == {arn(Kind.SPACE, "lab-77"): INHERITED}
    assert len(tags.asked) == len(set(tags.asked)) == 250


def test_a_kind_that_nobody_ever_tagged_costs_ten_questions() -> None:
    spaces = [space(f"lab-{number}", "amara-okafor") for number in range(250)]
    tags = Tags(held={AMARA: dict(AMARA_TAGS)})
    changes, _ = read_all(room(tags, lists_of(tags.held, spaces=spaces), binding()))
    assert len(set_by(changes)) == 250
    assert len(tags.asked) == 10


def test_jobs_of_a_kind_that_is_not_served_are_mended_by_what_they_say_themselves() -> None:
    own, bare = job("own"), job("bare")
    tags = Tags(held={AMARA: dict(AMARA_TAGS), own.arn: by_amara()}, serves=frozenset(IN_A_DOMAIN))
    lists = replace(lists_of(tags.held), made=(own, bare))
    changes, surveys = read_all(room(tags, lists, binding()))
    assert set(set_by(changes)) == {own.arn}
    assert list(told_by(surveys)) == ["1 training jobs in 111122223333/eu-west-1"]


def test_a_resource_that_ends_while_it_is_asked_is_no_matter() -> None:
    tags = Tags(held={AMARA: dict(AMARA_TAGS), SPACE: dict(INHERITED)}, gone=frozenset({LAB.arn}))
    changes, _ = read_all(room(tags, lists_of(tags.held, spaces=SPACES, apps=(LAB,)), binding()))
    assert changes == []


def test_arns_are_compared_without_case_and_written_as_the_index_spells_them() -> None:
    spelled, loud = LAB.arn.replace("jupyterlab", "JupyterLab"), profile_arn("Amara-Okafor", "D-Research")
    tags = Tags(held={loud: TEAM, SPACE: dict(INHERITED), spelled: {**INHERITED, "team": "risk"}})
    lists = replace(lists_of({}, spaces=SPACES, apps=(LAB,)), profile_names={"d-research": ("Amara-Okafor",)})
    changes, _ = read_all(room(tags, lists, binding()))
    assert set(set_by(changes)) == {loud, spelled}


def test_an_app_or_space_that_studio_does_not_list_any_more_is_left_to_go() -> None:
    tags = Tags(held={AMARA: dict(AMARA_TAGS), SPACE: {}, LAB.arn: {}})
    in_a_space_that_goes = app(profile=None, space="going", arn=arn(Kind.APP, "going/jupyterlab/default"))
    lists = lists_of(tags.held, apps=(in_a_space_that_goes,))
    changes, surveys = read_all(room(tags, lists, binding(), required=("project",)))
    assert changes == []
    assert list(told_by(surveys)) == ["user-profile amara-okafor in research"]


def test_what_is_shared_gets_the_tags_of_the_domain() -> None:
    domain = replace(RESEARCH, tags={"business-unit": "labs"})
    target = replace(TARGET, domains=(domain,))
    shared_app = app(profile=None, space="shared", arn=arn(Kind.APP, "shared/jupyterlab/default"))
    tags = Tags(held={AMARA: dict(AMARA_TAGS), SHARED: {"business-unit": "own"}})
    remediation = room(tags, lists_of(tags.held, spaces=SPACES[1:], apps=(shared_app,)), binding(), required=("team",))
    changes, surveys = read_all(remediation, target)
    assert set_by(changes) == {shared_app.arn: {"business-unit": "labs"}}
    assert told_by(surveys) == {
        "space shared in research": "required tags that nothing here gives are missing (team)",
        "app JupyterLab/default of shared in research": "required tags that nothing here gives are missing (team)",
    }


def test_required_tags_that_are_still_missing_are_told_once_for_each_kind() -> None:
    tags = Tags(held={AMARA: dict(AMARA_TAGS), BEN: {}, profile_arn("stranger"): {}})
    lists = lists_of(tags.held)
    _, surveys = read_all(room(tags, lists, binding(), ben(), required=("team", "project")))
    assert told_by(surveys) == {
        "2 profiles in research": "required tags that nothing here gives are missing (project): amara-okafor, ben-ito"
    }


def test_profiles_are_listed_only_where_the_index_leaves_one_of_ours_out() -> None:
    complete = Tags(held={AMARA: TEAM, profile_arn("stranger"): {}})
    listed = lists_of(complete.held)
    read_all(room(complete, listed, binding()))
    assert listed.calls["ListUserProfiles"] == 0
    changes, _ = read_all(room(complete, lists_of({**complete.held, BEN: {}}), binding(), ben()))
    assert BEN in set_by(changes)


def test_a_profile_that_is_gone_is_no_matter_here() -> None:
    changes, surveys = read_all(room(Tags(), Lists(), binding("ada"), binding("zoe", door=Door.CLOSED)))
    assert (changes, told_by(surveys)) == ([], {})


def test_the_same_trouble_of_many_is_told_once() -> None:
    names = ("ada", "ben", "zoe")
    held = {profile_arn(name): {"managed-by": "terraform"} for name in names}
    _, surveys = read_all(room(Tags(held=held), lists_of(held), *map(binding, names)))
    assert told_by(surveys) == {"3 profiles in research": "managed-by says 'terraform'; left alone: ada, ben, zoe"}


def test_a_domain_whose_profiles_cannot_be_listed_says_so_and_another_goes_on() -> None:
    other = profile_arn("amara-okafor", "d-sales")
    tags = Tags(held={AMARA: TEAM, other: TEAM})
    lists = Lists(profile_names={"d-sales": ("amara-okafor",)}, broken={"d-research": DENIED})
    ledger = Ledger({"research": (binding(), ben()), "sales": (binding(domain="sales"),)})
    changes, surveys = read_all(room(tags, lists, ledger=ledger), BOTH)
    assert {each.part: each.error for each in surveys} == {"research": DENIED, "sales": None}
    assert set(set_by(changes)) == {AMARA, other}
    assert told_by(surveys) == {}


def test_a_domain_whose_apps_cannot_be_listed_keeps_its_profiles_and_no_job_is_called_nobodys() -> None:
    held = {AMARA: TEAM, made_arn(Kind.MODEL, "churn"): {"sagemaker:space-arn": SPACE}}
    lists = replace(lists_of(held, spaces=SPACES), broken={"apps of d-research": DENIED})
    changes, surveys = read_all(room(Tags(held=held), lists, binding()))
    assert set(set_by(changes)) == {AMARA}
    assert [(each.part, each.error) for each in surveys] == [("research", DENIED)]
    assert told_by(surveys) == {}


def test_a_domain_whose_bindings_cannot_be_read_to_the_end_is_left_alone() -> None:
    held = {AMARA: TEAM, BEN: {}}
    ledger = Ledger({"research": (binding(),)}, broken={"research": DENIED})
    changes, (survey,) = read_all(room(Tags(held=held), lists_of(held, spaces=SPACES), ledger=ledger))
    assert (changes, survey.error, survey.plan.findings) == ([], DENIED, ())


def test_an_index_that_cannot_be_read_fails_the_target() -> None:
    tags = Tags(held={AMARA: TEAM}, broken=Throttled("tag:GetResources", "ThrottledException", "slow down"))
    with pytest.raises(Throttled):
        read_all(room(tags, lists_of(tags.held), binding()))


@pytest.mark.parametrize("where", ["apps of d-research", "d-research", Kind.MODEL])
def test_when_the_time_is_up_nobody_is_blamed(where: str) -> None:
    late = OutOfTime("sagemaker:List", "OutOfTime", "the time is up")
    with pytest.raises(OutOfTime):
        read_all(room(Tags(), Lists(broken={where: late}), binding()))


def test_a_run_may_stop_in_the_middle_of_a_target() -> None:
    class Endless(Lists):
        def profiles(self, domain_id: str) -> Iterator[str]:
            return map(str, itertools.count())

    names = [f"p-{number:04}" for number in range(3_000)]
    tags = Tags(held={profile_arn(name): {} for name in names})
    bound = [binding(name, tags={"team": "fraud"}) for name in names]
    surveys = room(tags, Endless(), *bound).survey(TARGET, NOW)
    first = next(iter(surveys))
    assert first.part == "research"
    assert not first.is_last
    surveys.close()  # type: ignore[attr-defined]  # as the sweep leaves it: a generator
    assert tags.calls["GetResources"] < 31


def test_the_room_is_prepared_before_the_first_call_and_learns_at_the_end() -> None:
    said: list[str] = []
    remediation = TagRemediation(
        ledger=Ledger({}),
        place=lambda _domain: said.append("place") or Place(lists=Lists(), tags=Tags()),  # type: ignore[func-returns-value]  # None is false
        prepare=lambda target: said.append(f"prepare {target.name}"),
        learn=lambda target: said.append(f"learn {target.name}"),
    )
    list(remediation.survey(TARGET, NOW))
    remediation.close(TARGET)
    assert said == [f"prepare {TARGET.name}", "place", f"learn {TARGET.name}"]


# -- whatever the order ------------------------------------------------------------------------------

keys = st.sampled_from([*AMARA_TAGS, "project", "aws:created", "bad,key"])
values = st.sampled_from(["fraud", "amara.okafor", "studio-concierge", "terraform", "a,b", ""])
some_tags = st.dictionaries(keys, values, max_size=6) | st.just(dict(AMARA_TAGS)) | st.just(by_amara(team="x"))
people = st.lists(st.builds(binding, st.sampled_from(["amara-okafor", "ben-ito"]), tags=some_tags), max_size=3)
arns = st.sampled_from(
    [
        AMARA,
        BEN,
        profile_arn("stranger"),
        SPACE,
        SHARED,
        LAB.arn,
        *(made_arn(kind, name) for kind in (Kind.MODEL, Kind.PIPELINE) for name in ("a", "b")),
    ]
)
worlds = st.dictionaries(arns, some_tags, max_size=8)
required = st.sampled_from([(), ("team",), ("team", "project")])


def outcome(
    held: Mapping[str, Mapping[str, str]], bound: list[ProfileBinding], keys: tuple[str, ...], said: int = 1
) -> tuple[dict[str, Mapping[str, str]], dict[str, str]]:
    tags = Tags(held={arn: dict(found) for arn, found in held.items()}, said=said)
    remediation = room(tags, lists_of(held, spaces=SPACES, apps=(LAB,)), *bound, required=keys)
    changes, surveys = read_all(remediation)
    findings = [finding for survey in surveys for finding in survey.plan.findings]
    return set_by(changes), {f"{each.subject}: {each.reason}": "" for each in findings}


@given(worlds, people, required)
def test_one_run_is_enough(held: dict[str, dict[str, str]], bound: list[ProfileBinding], keys: tuple[str, ...]) -> None:
    tags = Tags(held={arn: dict(found) for arn, found in held.items()})
    remediation = room(tags, lists_of(held, spaces=SPACES, apps=(LAB,)), *bound, required=keys)
    write_all(remediation)
    written = len(tags.written)
    changes, _ = read_all(remediation)
    assert (changes, len(tags.written)) == ([], written)
    for name, found in held.items():
        assert tags.held[name].keys() >= found.keys()


@given(worlds, people, required, st.randoms(use_true_random=False))
def test_neither_order_nor_duplicates_matter(
    held: dict[str, dict[str, str]], bound: list[ProfileBinding], keys: tuple[str, ...], random: st.DataObject
) -> None:
    shuffled = dict(sorted(held.items(), key=lambda _each: random.random()))  # type: ignore[attr-defined]  # a Random
    assert outcome(shuffled, [*bound, *bound[::-1]], keys, said=2) == outcome(held, bound, keys)


@given(worlds, people)
def test_what_nobody_of_ours_owns_is_never_touched(
    held: dict[str, dict[str, str]], bound: list[ProfileBinding]
) -> None:
    changed, _ = outcome(held, bound, ())
    ours = {profile_arn(each.profile) for each in bound}
    of_amara = {arn for arn in {*held, SPACE, LAB.arn} if AMARA in ours and arn not in (BEN, SHARED)}
    assert changed.keys() <= ours | of_amara
