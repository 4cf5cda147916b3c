"""Too many people who would lose access at once wait for an administrator; one person who is disabled never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from concierge.apply import Applied
from concierge.catalog.load import load
from concierge.catalog.model import Catalog, Removals
from concierge.catalog.source import compile_file
from concierge.directory.changes import Kind
from concierge.directory.protection import too_many
from concierge.holds import HeldRemoval, HoldStatus, RemovalKind
from concierge.model import Door, Person
from tests.support.house import DATA_SCIENCE, House, change

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
PEOPLE = [Person(id=f"guid:{number}", login=f"person.{number}", directory="corp.example.com") for number in range(8)]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


@pytest.fixture
def full(catalog: Catalog) -> House:
    """Eight people are in."""
    house = House(catalog)
    for person in PEOPLE:
        house.settles(change(Kind.ADD, person=person))
    return house


def out(house: House) -> list[str]:
    return [person.login for person in PEOPLE if house.door_is(Door.CLOSED, person)]


def leave(house: House, *people: Person, kind: Kind = Kind.REMOVE) -> list[Applied]:
    return [house.settles(change(kind, 5, person=person))[-1] for person in people]


@pytest.mark.parametrize(
    ("removed", "population", "believed"),
    [(5, 8, True), (6, 8, False), (10, 100, True), (11, 100, False), (50, 5_000, True), (51, 5_000, False)],
)
def test_the_limit_is_five_or_a_tenth_and_never_more_than_fifty(
    removed: int, population: int, *, believed: bool
) -> None:
    assert (too_many(removed, lambda: population, Removals()) == "") is believed


def test_the_population_is_not_counted_for_a_few() -> None:
    def nobody_asks() -> int:
        raise AssertionError("counted")

    assert too_many(5, nobody_asks, Removals()) == ""


def test_five_may_leave_and_the_rest_waits(full: House) -> None:
    leave(full, *PEOPLE)
    assert out(full) == [person.login for person in PEOPLE[:5]]
    (hold,) = full.holds.opened.values()
    assert hold.reason == "6 people in 60 minutes, at most 5 are allowed"
    kinds = [event.kind for event in full.trail.events if event.kind in ("Hold Opened", "Removal Held")]
    assert kinds.count("Removal Held") == 3


def test_who_waits_keeps_what_they_have_and_looking_again_changes_nothing(full: House) -> None:
    leave(full, *PEOPLE)
    before = len(full.trail.events)
    applied = full.hears(change(Kind.LOOK, 9, person=PEOPLE[7]))
    assert applied.plan.is_empty
    assert full.door_is(Door.OPEN, PEOPLE[7])
    assert len(full.trail.events) == before


def test_a_single_disable_is_never_delayed_even_while_others_wait(full: House) -> None:
    leave(full, *PEOPLE[:7])
    leave(full, PEOPLE[6], kind=Kind.DISABLE)  # one of those who wait
    leave(full, PEOPLE[7], kind=Kind.DELETE)
    assert full.door_is(Door.CLOSED, PEOPLE[6])
    assert full.door_is(Door.CLOSED, PEOPLE[7])


def test_disabling_everybody_waits_too(full: House) -> None:
    leave(full, *PEOPLE, kind=Kind.DISABLE)
    assert len(out(full)) == 5
    (hold,) = full.holds.opened.values()
    assert hold.kind is RemovalKind.DISABLED


def test_after_the_window_people_may_leave_again(full: House) -> None:
    leave(full, *PEOPLE[:5])
    full.now += timedelta(minutes=61)
    leave(full, PEOPLE[5])
    assert len(out(full)) == 6


def test_a_group_that_loses_its_last_people_within_the_window_waits_with_the_last_one(catalog: Catalog) -> None:
    house = House(catalog)
    for person in PEOPLE[:2]:
        house.settles(change(Kind.ADD, person=person))
    leave(house, *PEOPLE[:2])
    assert house.door_is(Door.CLOSED, PEOPLE[0])
    assert house.door_is(Door.OPEN, PEOPLE[1])
    (hold,) = house.holds.opened.values()
    assert hold.reason == "the last of 2 people left a group within 60 minutes"


def test_the_only_member_of_a_group_may_leave(catalog: Catalog) -> None:
    house = House(catalog)
    house.settles(change(Kind.ADD, person=PEOPLE[0]))
    leave(house, PEOPLE[0])
    assert house.door_is(Door.CLOSED, PEOPLE[0])
    assert house.holds.opened == {}


def test_somebody_who_is_added_again_has_nothing_that_waits(full: House) -> None:
    leave(full, *PEOPLE)
    full.settles(replace(change(Kind.ADD, 5, person=PEOPLE[7]), occurred_at=full.now + timedelta(minutes=1)))
    assert full.ledger.records[PEOPLE[7].id].held is None
    assert full.door_is(Door.OPEN, PEOPLE[7])


def test_an_addition_of_before_the_hold_that_is_heard_late_takes_it_back(full: House) -> None:
    leave(full, *PEOPLE)
    left = full.ledger.records[PEOPLE[7].id]
    assert left.held is not None
    (membership,) = left.memberships.values()
    again = membership.occurred_at + timedelta(microseconds=1)
    assert again < left.held.at
    full.settles(replace(change(Kind.ADD, 5, person=PEOPLE[7]), occurred_at=again))
    assert full.ledger.records[PEOPLE[7].id].held is None
    assert full.door_is(Door.OPEN, PEOPLE[7])


def test_news_of_before_a_reading_does_not_take_its_hold_back(full: House) -> None:
    person = PEOPLE[0]
    record = full.ledger.records[person.id]
    (membership,) = record.memberships.values()
    held = HeldRemoval(
        hold_id="h-1",
        kind=RemovalKind.LEFT,
        status=HoldStatus.PENDING,
        at=full.now,
        group_ids=(membership.group_id,),
    )
    full.ledger.records[person.id] = replace(record, held=held)
    full.settles(replace(change(Kind.ADD, 5, person=person), occurred_at=membership.occurred_at))
    assert full.ledger.records[person.id].held == held


def test_an_approved_removal_is_carried_out_once_and_forgotten(full: House) -> None:
    leave(full, *PEOPLE)
    person = PEOPLE[7]
    record = full.ledger.records[person.id]
    assert record.held is not None
    full.ledger.records[person.id] = replace(record, held=replace(record.held, status=HoldStatus.APPROVED))
    full.settles(change(Kind.LOOK, 9, person=person))
    assert full.door_is(Door.CLOSED, person)
    assert full.ledger.records[person.id].held is None


def test_a_hold_names_the_groups_that_were_left(full: House) -> None:
    leave(full, *PEOPLE)
    held = full.ledger.records[PEOPLE[7].id].held
    assert held is not None
    assert held.group_ids == (f"id of {DATA_SCIENCE}",)
