"""The second phase of the way out, renames and re-hires: who is deleted, who is kept, and who is never mixed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.source import compile_file
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.model import App, AppType, Door, Space, Status
from concierge.names import profile_name
from tests.support.fakes import AT_TEN
from tests.support.house import AMARA, House, change

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
PROFILE = profile_name("amara.okafor")
FOREIGN = Space(name="mine", arn="space/mine", status=Status.IN_SERVICE, owner=PROFILE, made_by=PROFILE)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


@pytest.fixture
def left(catalog: Catalog) -> House:
    """A house that Amara has left, within the grace period."""
    house = House(catalog)
    house.settles(change(Kind.ADD))
    house.settles(change(Kind.REMOVE, 5))
    return house


def look() -> PersonChange:
    return change(Kind.LOOK, 60)


def grace_is_over(house: House) -> None:
    house.now += timedelta(days=house.catalog.grace_days)
    house.settles(look())


def test_within_the_grace_period_nothing_is_deleted(left: House) -> None:
    left.now += timedelta(days=left.catalog.grace_days) - timedelta(seconds=1)
    applied = left.hears(look())
    assert applied.plan.is_empty
    assert PROFILE in left.studio.profiles


def test_after_the_grace_period_all_is_deleted_but_the_record_of_it(left: House) -> None:
    (role,) = left.roles.roles
    spaces = sorted(left.studio.spaces)
    grace_is_over(left)
    assert (left.studio.profiles, left.studio.spaces, left.roles.roles) == ({}, {}, {})
    assert left.door_is(Door.REMOVED)
    ((key, (record,)),) = left.records.kept.items()
    assert key == f"offboarded/research/{PROFILE}/20260302T110000Z.json"
    assert record["binding"]["login"] == "amara.okafor"  # type: ignore[index]  # JSON values
    assert record["role"]["arn"].endswith(role)  # type: ignore[index]  # JSON values
    assert record["studio"]["spaces"] == spaces  # type: ignore[index]  # JSON values


def test_the_record_is_written_before_the_first_deletion_and_only_once(left: House) -> None:
    grace_is_over(left)
    made = [call.partition(" ")[0] for call in left.calls.writes]
    assert made.count("write_record") == 1
    assert made[made.index("write_record") :] == [
        "write_record",
        "save_binding",
        "delete_space",
        "delete_profile",
        "delete_role",
        "save_binding",
    ]


def test_a_machine_that_still_runs_is_stopped_first(left: House) -> None:
    left.studio.apps.append(
        App(
            domain_id="d-abcdefghijkl",
            app_type=AppType.JUPYTER_LAB,
            name="default",
            status=Status.IN_SERVICE,
            created_at=AT_TEN,
            space=next(iter(left.studio.spaces)),
        )
    )
    grace_is_over(left)
    assert left.door_is(Door.REMOVED)
    assert left.studio.apps == []


@pytest.mark.parametrize(
    ("space", "reason"),
    [
        (FOREIGN, "was not made here"),
        (replace(FOREIGN, owner=None, tags={"managed-by": "studio-concierge"}), "is shared with others"),
    ],
)
def test_what_does_not_carry_our_tag_or_is_shared_stays_and_keeps_the_profile(
    left: House, space: Space, reason: str
) -> None:
    left.studio.spaces["mine"] = space
    grace_is_over(left)
    assert list(left.studio.spaces) == ["mine"]
    assert PROFILE in left.studio.profiles
    assert left.door_is(Door.CLOSED)
    assert any(reason in event.reason for event in left.trail.events if event.kind == "Finding")


def test_a_profile_that_lost_our_tag_is_never_deleted(left: House) -> None:
    found = left.studio.profiles[PROFILE]
    left.studio.profiles[PROFILE] = replace(found, tags={**found.tags, "managed-by": "somebody-else"})
    grace_is_over(left)
    assert PROFILE in left.studio.profiles


def test_a_role_that_others_use_too_is_never_deleted(catalog: Catalog) -> None:
    house = House(catalog)
    engineer = change(Kind.ADD, group="SageMaker-123456789012-ml-engineer")
    house.settles(engineer)
    house.settles(replace(engineer, kind=Kind.REMOVE, occurred_at=engineer.occurred_at + timedelta(minutes=1)))
    (role,) = house.roles.roles
    grace_is_over(house)
    assert house.door_is(Door.REMOVED)
    assert list(house.roles.roles) == [role]


def test_coming_back_within_grace_restores_and_the_clock_starts_anew(left: House) -> None:
    left.now += timedelta(days=20)
    left.settles(change(Kind.ADD, 10))
    assert left.door_is(Door.OPEN)
    left.settles(change(Kind.REMOVE, 15))
    left.now += timedelta(days=20)
    assert left.hears(look()).plan.is_empty


def test_coming_back_after_all_was_deleted_builds_it_again(left: House) -> None:
    grace_is_over(left)
    left.settles(change(Kind.ADD, 10))
    assert left.door_is(Door.OPEN)
    assert PROFILE in left.studio.profiles


def test_coming_back_while_half_of_it_is_deleted_builds_it_again(left: House) -> None:
    left.now += timedelta(days=left.catalog.grace_days)
    left.hears(look())
    assert left.studio.spaces == {}
    left.settles(change(Kind.ADD, 10))
    assert left.door_is(Door.OPEN)
    assert left.studio.spaces != {}


def test_a_rename_keeps_profile_and_role_and_moves_the_login(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD))
    (role,) = house.roles.roles
    married = replace(AMARA, login="amara.adeyemi", handle="amara.okafor", named_at=AT_TEN + timedelta(minutes=9))
    house.settles(change(Kind.RENAME, 9, person=married))
    assert list(house.studio.profiles) == [PROFILE]
    assert list(house.roles.roles) == [role]
    assert house.studio.profiles[PROFILE].tags["studiouserid"] == "amara.adeyemi"
    (binding,) = house.ledger.bindings_of_login("amara.adeyemi")
    assert (binding.profile, binding.door) == (PROFILE, Door.OPEN)
    assert house.ledger.bindings_of_login("amara.okafor") == ()


def test_a_late_look_under_the_former_login_renames_nobody_back(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD))
    married = replace(AMARA, login="amara.adeyemi", handle="amara.okafor", named_at=AT_TEN + timedelta(minutes=9))
    house.settles(change(Kind.RENAME, 9, person=married))
    house.settles(change(Kind.LOOK, 10))
    assert house.studio.profiles[PROFILE].tags["studiouserid"] == "amara.adeyemi"


def test_a_leaver_who_was_renamed_is_locked_and_deleted_like_anybody(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD))
    married = replace(AMARA, login="amara.adeyemi", handle="amara.okafor", named_at=AT_TEN + timedelta(minutes=9))
    house.settles(change(Kind.RENAME, 9, person=married))
    house.settles(change(Kind.REMOVE, 10, person=married))
    grace_is_over(house)
    assert (house.studio.profiles, house.roles.roles) == ({}, {})


def test_a_rehire_gets_a_profile_and_a_role_of_their_own(left: House) -> None:
    rehired = replace(AMARA, id="guid:b2", generation=1)
    left.settles(change(Kind.ADD, 10, person=rehired))
    assert len(left.studio.profiles) == len(left.roles.roles) == 2
    assert left.door_is(Door.OPEN, rehired)
    assert left.door_is(Door.CLOSED)
    grace_is_over(left)
    assert left.door_is(Door.OPEN, rehired)
    assert list(left.studio.profiles) == [profile_name("amara.okafor", generation=1)]


def test_two_people_of_one_login_in_two_directories_never_share_a_profile(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD))
    other = replace(AMARA, id="vendor:x", directory="identity-center")
    applied = house.hears(change(Kind.ADD, 1, person=other))
    assert applied.results == ()
    assert "was not made here for amara.okafor" in house.trail.events[-1].reason
    assert "research" not in house.ledger.records[other.id].bindings


def test_an_account_that_cannot_be_reached_keeps_no_other_domain_from_its_turn(catalog: Catalog) -> None:
    house = House(two_accounts(catalog))
    house.unreachable.add("fraud")
    applied = house.hears(change(Kind.ADD))
    assert "create role" in [result.change.action for result in applied.results]
    assert not applied.is_settled
    assert any("cannot be looked at" in event.reason for event in house.trail.events)
    house.unreachable.clear()
    house.settles(change(Kind.LOOK, 1))
    assert {binding.door for binding in house.ledger.records[AMARA.id].bindings.values()} == {Door.OPEN}


def test_who_leaves_is_out_at_once_where_the_account_cannot_be_reached_too(catalog: Catalog) -> None:
    house = House(two_accounts(catalog))
    house.settles(change(Kind.ADD))
    house.unreachable.add("fraud")
    assert not house.hears(change(Kind.DISABLE, 1)).is_settled
    bindings = house.ledger.records[AMARA.id].bindings
    assert {binding.door for binding in bindings.values()} == {Door.CLOSED}
    assert bindings["fraud"].fingerprint == ""  # what is behind the door is still to be stopped
    house.unreachable.clear()
    house.settles(change(Kind.LOOK, 2))
    assert house.ledger.records[AMARA.id].bindings["fraud"].fingerprint == "closed"


def two_accounts(catalog: Catalog) -> Catalog:
    """The example's first domain, and one of another account that the same group gives."""
    research = catalog.domain("research")
    fraud = replace(research, name="fraud", account="210987654321", domain_id="d-fraud")
    given = catalog.bindings[0]
    return replace(
        catalog, domains=(research, fraud), bindings=(given, replace(given, domain="fraud"), *catalog.bindings[1:])
    )


def test_everything_that_lets_somebody_out_says_why(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD))
    house.settles(change(Kind.DISABLE, 5))
    house.settles(change(Kind.ENABLE, 6))
    house.settles(change(Kind.REMOVE, 7))
    house.settles(change(Kind.ADD, 8))
    house.catalog = replace(catalog, bindings=catalog.bindings[1:])
    house.settles(change(Kind.LOOK, 9))
    said = [event.reason for event in house.trail.events if event.subject.endswith("research: closed")]
    assert list(dict.fromkeys(said)) == [
        "disabled or deleted in the directory, 2026-03-02 10:05 UTC",
        "left studio-ml-research, and no other group gives research",
        "the catalog gives research to none of their groups any more",
    ]


def test_another_team_is_another_role_and_the_former_one_goes(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD))
    (former,) = house.roles.roles
    moved = replace(catalog.bindings[0], tags={**catalog.bindings[0].tags, "team": "vision"})
    house.catalog = replace(catalog, bindings=(moved, *catalog.bindings[1:]))
    house.settles(change(Kind.LOOK, 1))
    (role,) = house.roles.roles.values()
    assert role.name != former
    assert role.tags["team"] == "vision"
    assert house.studio.profiles[PROFILE].execution_role == role.arn


def test_a_role_that_a_team_shares_stays_when_one_of_them_gets_another_job(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD, group="SageMaker-123456789012-ml-engineer"))
    (shared,) = house.roles.roles
    house.settles(change(Kind.ADD, 1))
    assert shared in house.roles.roles


def test_a_rehire_does_not_reach_what_the_former_holder_of_the_login_kept_under_it(catalog: Catalog) -> None:
    house = House(catalog)
    rehired = replace(AMARA, id="guid:b2", generation=1)
    for each in (AMARA, rehired):
        house.settles(change(Kind.ADD, person=each))
    one, other = (role.tags["studio-person"] for role in house.roles.roles.values())
    assert one != other
