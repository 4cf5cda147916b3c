"""One person, from joining a group to leaving it, in the one loop with everything in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.apply import Applied, Mode, Outcome
from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.source import compile_file
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.model import App, AppType, Door, Profile, Status
from concierge.names import profile_name
from concierge.onboarding.drift import LOCK_POLICY
from tests.support.fakes import AT_TEN
from tests.support.house import AMARA, DATA_SCIENCE, OTHER, House, change

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
PROFILE = profile_name("amara.okafor")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


@pytest.fixture
def house(catalog: Catalog) -> House:
    return House(catalog)


def actions(applied: Applied) -> list[str]:
    return [f"{result.change.action}: {result.outcome}" for result in applied.results]


def test_joining_a_group_gives_a_role_a_profile_and_an_open_door(house: House) -> None:
    house.settles(change(Kind.ADD))
    profile = house.studio.profiles[PROFILE]
    assert profile.tags["studiouserid"] == "amara.okafor"
    assert profile.tags["managed-by"] == "studio-concierge"
    assert profile.tags["persona"] == "data-scientist"
    assert profile.execution_role.split("/")[1:3] == ["studio", "exec"]
    assert house.door_is(Door.OPEN)


def test_waiting_for_aws_is_coming_back_and_not_sleeping(house: House) -> None:
    first, second, *_, last = house.settles(change(Kind.ADD))
    assert first.results[-1].outcome is Outcome.WAITING
    assert first.requeue_after == timedelta(seconds=10)
    assert "create profile: applied" in actions(second)
    assert second.requeue_after == timedelta(seconds=10)
    assert last.requeue_after is None


def test_the_second_identical_event_reads_once_and_writes_nothing(house: House) -> None:
    house.settles(change(Kind.ADD))
    before = len(house.calls.made)
    applied = house.hears(change(Kind.ADD))
    assert applied.plan.is_empty
    assert house.calls.made[before:] == [f"read_record {AMARA.id}"]


def test_looking_closely_at_a_converged_person_writes_nothing_but_the_date(house: House) -> None:
    house.settles(change(Kind.ADD))
    writes = len(house.calls.writes)
    applied = house.hears(change(Kind.ADD), verify=True)
    assert [result.change.action for result in applied.results] == []
    assert len(house.calls.writes) == writes


def test_drift_is_mended_and_foreign_settings_stay(house: House) -> None:
    house.settles(change(Kind.ADD))
    foreign = "arn:aws:sagemaker:eu-west-1:123456789012:studio-lifecycle-config/somebody-elses"
    found = house.studio.profiles[PROFILE]
    lab = replace(found.apps[AppType.JUPYTER_LAB], lifecycle_configs=(foreign,), idle_minutes=None)
    house.studio.settings[PROFILE]["JupyterLabAppSettings"] = {"LifecycleConfigArns": [foreign]}
    house.studio.profiles[PROFILE] = replace(
        found, apps={**found.apps, AppType.JUPYTER_LAB: lab}, tags={**found.tags, "team": "wrong", "mine": "kept"}
    )
    (applied,) = house.settles(change(Kind.ADD), verify=True)
    assert "tag profile: applied" in actions(applied)
    assert "update profile: applied" in actions(applied)
    mended = house.studio.profiles[PROFILE]
    assert foreign in mended.apps[AppType.JUPYTER_LAB].lifecycle_configs
    assert len(mended.apps[AppType.JUPYTER_LAB].lifecycle_configs) > 1
    assert mended.tags["mine"] == "kept"
    assert mended.tags["team"] != "wrong"
    assert house.hears(change(Kind.ADD), verify=True).plan.is_empty


def test_a_dry_run_shows_the_plan_and_writes_nothing(house: House) -> None:
    applied = house.hears(change(Kind.ADD), mode=Mode.DRY_RUN)
    assert "create profile: planned" in actions(applied)
    assert house.calls.writes == []


def test_leaving_the_last_group_closes_the_door_and_keeps_home(house: House) -> None:
    house.settles(change(Kind.ADD))
    running = App(
        domain_id="d-abcdefghijkl",
        app_type=AppType.JUPYTER_LAB,
        name="default",
        status=Status.IN_SERVICE,
        created_at=AT_TEN,
        profile=PROFILE,
    )
    house.studio.apps.append(running)
    spaces = dict(house.studio.spaces)
    first, *_ = house.settles(change(Kind.REMOVE, 5))
    assert actions(first)[0] == "record binding: applied"
    assert house.door_is(Door.CLOSED)
    assert house.studio.apps == []
    assert PROFILE in house.studio.profiles
    assert house.studio.spaces == spaces
    (role,) = house.roles.roles.values()
    assert LOCK_POLICY in role.inline_policies


def test_coming_back_opens_the_door_again(house: House) -> None:
    house.settles(change(Kind.ADD))
    house.settles(change(Kind.REMOVE, 5))
    house.settles(change(Kind.ADD, 6))
    assert house.door_is(Door.OPEN)
    (role,) = house.roles.roles.values()
    assert LOCK_POLICY not in role.inline_policies


def test_a_disabled_person_is_out_and_an_enabled_one_back_in(house: House) -> None:
    house.settles(change(Kind.ADD))
    house.settles(change(Kind.DISABLE, 5))
    assert house.door_is(Door.CLOSED)
    house.settles(change(Kind.ENABLE, 6))
    assert house.door_is(Door.OPEN)


def test_an_onboarding_that_died_before_its_last_step_leaves_no_open_door(house: House) -> None:
    house.settles(change(Kind.ADD))
    record = house.ledger.records[AMARA.id]
    house.ledger.records[AMARA.id] = replace(record, bindings={})
    house.settles(change(Kind.REMOVE, 5))
    assert house.door_is(Door.CLOSED)
    (role,) = house.roles.roles.values()
    assert LOCK_POLICY in role.inline_policies


def test_leaving_a_domain_that_was_never_entered_does_nothing(house: House) -> None:
    applied = house.hears(change(Kind.REMOVE))
    assert applied.plan.is_empty
    assert house.calls.writes == [f"save_membership {DATA_SCIENCE}", f"save_standing {AMARA.id}"]


def test_somebody_elses_profile_is_reported_and_never_touched(house: House) -> None:
    foreign = Profile(
        name=PROFILE, arn="arn", status=Status.IN_SERVICE, execution_role="", apps={}, tags={"studiouserid": "x"}
    )
    house.studio.profiles[PROFILE] = foreign
    applied = house.hears(change(Kind.ADD))
    assert applied.results == ()
    assert [event.kind for event in house.trail.events] == ["Finding"]
    assert house.studio.profiles[PROFILE] == foreign
    assert house.roles.roles == {}


def test_an_unknown_group_grants_nothing(house: House) -> None:
    applied = house.hears(change(Kind.ADD, group="studio-nobody"))
    assert applied.plan.is_empty
    assert house.studio.profiles == {}


def test_every_change_says_why_in_the_audit(house: House) -> None:
    house.settles(change(Kind.ADD))
    created = [event for event in house.trail.events if event.action == "create role"]
    assert created[0].reason == f"member of {DATA_SCIENCE}: persona data-scientist in research"
    assert created[0].cause == "test/add/0"
    assert all(event.reason for event in house.trail.events)


steps = st.sampled_from([Kind.ADD, Kind.REMOVE, Kind.DISABLE, Kind.ENABLE])
histories = st.lists(st.tuples(steps, st.sampled_from([DATA_SCIENCE, OTHER])), min_size=1, max_size=6)


def state(house: House, history: Sequence[PersonChange]) -> dict[str, tuple[Door, str]]:
    for each in history:
        house.settles(each)
    record = house.ledger.records.get(AMARA.id)
    bindings = {} if record is None else record.bindings
    return {name: (b.door, b.persona if b.door is Door.OPEN else "") for name, b in bindings.items()}


@settings(max_examples=40)
@given(histories, st.randoms(use_true_random=False))
def test_any_order_of_the_same_events_ends_in_the_same_state(history: list[tuple[Kind, str]], random: Random) -> None:
    catalog_ = load(compile_file(EXAMPLE))
    changes = [change(kind, minute, group) for minute, (kind, group) in enumerate(history)]
    shuffled = changes + changes[:2]
    random.shuffle(shuffled)
    in_order, out_of_order = state(House(catalog_), changes), state(House(catalog_), shuffled)
    opened = {name: found for name, found in in_order.items() if found[0] is Door.OPEN}
    assert {name: found for name, found in out_of_order.items() if found[0] is Door.OPEN} == opened
