"""The room in a sweep: what is audited, what is refused, and that a second night finds nothing."""

import json
from pathlib import Path

import pytest

from concierge.apply import Mode
from concierge.model import ProfileBinding
from concierge.night.sweep import Sweep
from concierge.plan import Change
from concierge.tags.model import Kind
from tests.support.night_fakes import AMARA_TAGS, NOW, Trail, app, arn, binding, catalog, space, sweep_of
from tests.support.tag_fakes import INHERITED, TARGET, Lists, Tags, profile_arn, read_all, room

SAMPLE = json.loads((Path(__file__).parents[3] / "events" / "scheduled-tag-remediation.json").read_text())
EVENT = {**SAMPLE, "account": TARGET.account, "region": TARGET.region}
AMARA, STRANGER = profile_arn("amara-okafor"), profile_arn("stranger")
SPACE = arn(Kind.SPACE, "amara-lab")
LAB = app(profile=None, space="amara-lab", arn=arn(Kind.APP, "amara-lab/jupyterlab/default"))


def lists() -> Lists:
    return Lists(
        profile_names={"d-research": ("amara-okafor", "stranger")},
        held_spaces={"d-research": (space("amara-lab", "amara-okafor"), space("shared", None))},
        running={"d-research": (LAB,)},
    )


def night(tags: Tags, trail: Trail, *bindings: ProfileBinding) -> Sweep:
    return sweep_of(room(tags, lists(), *(bindings or (binding(),))), catalog(), trail)


def test_a_sweep_mends_the_profile_its_space_and_what_runs_in_it_and_nothing_else() -> None:
    tags = Tags(held={AMARA: {**AMARA_TAGS, "team": "risk", "theirs": "kept"}, STRANGER: {"a": "b"}})
    trail = Trail()
    answer = night(tags, trail).sweep(EVENT)
    assert answer["domains"]["research"] == {"checked": 3, "applied": 3, "findings": 0}
    assert tags.held == {
        AMARA: {**AMARA_TAGS, "theirs": "kept"},
        STRANGER: {"a": "b"},
        SPACE: INHERITED,
        LAB.arn: INHERITED,
    }
    applied = [event for event in trail.events if event.kind == "Change Applied"]
    assert [event.subject for event in applied] == [
        "user-profile amara-okafor in research",
        "space amara-lab in research",
        "app JupyterLab/default of amara-lab in research",
    ]
    assert applied[0].reason == "team was 'risk', must be 'fraud'"


def test_the_second_sweep_writes_nothing() -> None:
    tags = Tags()
    sweep = night(tags, Trail())
    sweep.sweep(EVENT)
    written = len(tags.written)
    assert sweep.sweep(EVENT)["domains"]["research"] == {"checked": 3, "findings": 0}
    assert len(tags.written) == written == 3


def test_a_dry_run_shows_what_it_would_set() -> None:
    tags = Tags()
    answer = night(tags, Trail()).sweep(EVENT, mode=Mode.DRY_RUN)
    assert answer["domains"]["research"]["planned"] == 3
    assert tags.written == []


def test_only_values_that_are_lost_count_against_the_limit() -> None:
    names = [f"p-{number:04}" for number in range(60)]
    held = {profile_arn(name): {"team": "risk"} if number % 3 else {} for number, name in enumerate(names)}
    bound = [binding(name, tags={"team": "fraud"}) for name in names]
    changes, _ = read_all(room(Tags(held=held), Lists(profile_names={"d-research": names}), *bound))
    assert sum(len(change.arns) for change in changes) == 60
    assert sum(change.weight for change in changes) == 40


def test_nothing_is_kept_for_the_report_as_the_audit_tells_it_all() -> None:
    remediation = room(Tags(held={AMARA: {}}), lists(), binding())
    assert [remediation.kept(change) for change in read_all(remediation)[0]] == [None] * 3


def test_a_change_of_another_room_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not a change of tag remediation"):
        room(Tags(), lists()).perform(Change(subject="x", reason="y"))


def test_a_target_is_read_as_of_the_time_that_the_run_was_due() -> None:
    known = lists()
    list(room(Tags(), known).survey(TARGET, NOW))
    assert {(NOW - since).days for since in known.since} == {7}
