"""A domain's tags in one sweep: lists joined with an index that may know less than they do."""

import json
from pathlib import Path

import pytest

from concierge.model import ProfileBinding
from concierge.night import Sweep
from concierge.plan import Change
from concierge.tags.model import Kind
from concierge.tags.remediation import TagRemediation
from tests.support.night_fakes import (
    AMARA_TAGS,
    NOW,
    RESEARCH,
    Ledger,
    Studio,
    Tags,
    Trail,
    app,
    arn,
    binding,
    catalog,
    space,
)

EVENT = json.loads((Path(__file__).parents[3] / "events" / "scheduled-tag-remediation.json").read_text())
PROFILE, STRANGER = arn(Kind.PROFILE, "amara-okafor"), arn(Kind.PROFILE, "stranger")
SPACE, SHARED = arn(Kind.SPACE, "amara-lab"), arn(Kind.SPACE, "shared")
LAB = app(profile=None, space="amara-lab")
INHERITED = {key: value for key, value in AMARA_TAGS.items() if key != "managed-by"}


def studio() -> Studio:
    return Studio(
        profile_names=("amara-okafor", "stranger"),
        held_spaces=(space("amara-lab", "amara-okafor"), space("shared", None)),
        running=(LAB,),
    )


def room(tags: Tags, *bindings: ProfileBinding) -> TagRemediation:
    held = studio()
    ledger = Ledger({"research": bindings or (binding(),)})
    return TagRemediation(ledger=ledger, studio=lambda _domain: held, tags=lambda _domain: tags)


def night(tags: Tags, trail: Trail) -> Sweep:
    return Sweep(room=room(tags), catalog=catalog(), trail=trail, pause=lambda _seconds: None)


def test_a_sweep_mends_the_profile_its_space_and_what_runs_in_it_and_nothing_else() -> None:
    tags, trail = (
        Tags(held={PROFILE: {**AMARA_TAGS, "team": "risk", "theirs": "kept"}, STRANGER: {"a": "b"}}),
        Trail(),
    )
    summary = night(tags, trail).sweep(EVENT)
    assert summary["domains"]["research"] == {"checked": 3, "applied": 3, "findings": 1}
    assert tags.held == {
        PROFILE: {**AMARA_TAGS, "theirs": "kept"},
        STRANGER: {"a": "b"},
        SPACE: INHERITED,
        LAB.arn: INHERITED,
    }
    assert [event.kind for event in trail.events] == ["Change Applied"] * 3 + ["Finding"]
    assert trail.events[0].reason == "team was 'risk', must be 'fraud'"


def test_the_second_sweep_writes_nothing() -> None:
    tags = Tags()
    sweep = night(tags, Trail())
    sweep.sweep(EVENT)
    written = len(tags.written)
    assert sweep.sweep(EVENT)["domains"]["research"] == {"checked": 3, "findings": 1}
    assert len(tags.written) == written == 3


def test_what_the_index_leaves_out_never_had_a_tag() -> None:
    ben = arn(Kind.PROFILE, "ben-ito")
    tags = Tags(held={PROFILE: dict(AMARA_TAGS), SPACE: dict(INHERITED), LAB.arn: dict(INHERITED)})
    held = Studio(profile_names=("amara-okafor", "ben-ito"))
    ledger = Ledger({"research": (binding(), binding("ben-ito", login="ben.ito"))})
    remediation = TagRemediation(ledger=ledger, studio=lambda _domain: held, tags=lambda _domain: tags)
    (change,) = remediation.survey(RESEARCH, NOW).plan.changes
    assert change.thread == ben
    assert tags.asked == []


def test_a_kind_that_the_index_does_not_serve_is_asked_one_by_one_if_it_is_ours() -> None:
    tags = Tags(
        held={PROFILE: dict(AMARA_TAGS), SPACE: dict(INHERITED), LAB.arn: dict(INHERITED)},
        serves=frozenset({Kind.PROFILE}),
    )
    assert room(tags).survey(RESEARCH, NOW).plan.changes == ()
    assert tags.asked == [SPACE, LAB.arn]


def test_a_resource_that_ends_while_it_is_asked_is_no_matter() -> None:
    tags = Tags(held={PROFILE: dict(AMARA_TAGS), SPACE: dict(INHERITED)}, gone=frozenset({LAB.arn}))
    assert room(tags).survey(RESEARCH, NOW).plan.changes == ()


def test_arns_are_compared_without_case_and_written_as_the_index_spells_them() -> None:
    spelled = LAB.arn.replace("jupyterlab", "JupyterLab")
    tags = Tags(held={PROFILE: dict(AMARA_TAGS), SPACE: dict(INHERITED), spelled: {**INHERITED, "team": "risk"}})
    remediation = room(tags)
    (change,) = remediation.survey(RESEARCH, NOW).plan.changes
    remediation.perform(change)
    assert tags.written == [(spelled, {"team": "fraud"})]


def test_a_change_of_another_room_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not a change of tag remediation"):
        room(Tags()).perform(Change(subject="x", reason="y"))
