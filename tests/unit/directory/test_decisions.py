"""An administrator decides about removals that were held: once, for everybody, however often it breaks off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.source import compile_file
from concierge.directory.changes import Kind
from concierge.directory.decisions import Decisions, Held
from concierge.errors import AlreadyExists, Throttled
from concierge.holds import HeldRemoval, HoldStatus, RemovalKind
from concierge.model import Door, Membership, Person
from tests.support.fakes import InMemoryQueue
from tests.support.house import DATA_SCIENCE, House, change

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
PEOPLE = [Person(id=f"guid:{number}", login=f"person.{number}", directory="corp.example.com") for number in range(8)]
ANALYSTS = "studio-risk-analytics"
FRAUD = "studio-fraud-ds"
BY = "arn:aws:iam::123456789012:user/ada"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


class Office:
    """A house with eight people, and the administrator's desk."""

    def __init__(self, catalog: Catalog) -> None:
        self.house = House(catalog)
        self.queue = InMemoryQueue()
        for person in PEOPLE:
            self.house.settles(change(Kind.ADD, person=person))

    @property
    def desk(self) -> Decisions:
        return Decisions(holds=self.house.holds, ledger=self.house.ledger, queue=self.queue, trail=self.house.trail)

    @property
    def held(self) -> Held:
        (held,) = self.desk.all()
        return held

    def everybody(self, kind: Kind) -> None:
        for person in PEOPLE:
            self.house.settles(change(kind, 5, person=person))

    def decides(self, status: HoldStatus, by: str = BY) -> list[str]:
        """The decision, and what onboarding then does."""
        self.house.now += timedelta(minutes=1)
        done = self.desk.decide(self.held, status, by=by, now=self.house.now)
        self.delivers()
        return [person.login for person in done]

    def delivers(self) -> None:
        for message in self.queue.sent:
            self.house.settles(message)
        self.queue.sent.clear()

    @property
    def inside(self) -> list[str]:
        return [person.login for person in PEOPLE if self.house.door_is(Door.OPEN, person)]

    def audited(self, kind: str) -> list[str]:
        return [event.reason for event in self.house.trail.events if event.kind == kind]


@pytest.fixture
def office(catalog: Catalog) -> Office:
    return Office(catalog)


LEFT_BEHIND = ["person.5", "person.6", "person.7"]


@pytest.mark.parametrize("kind", [Kind.REMOVE, Kind.DISABLE])
def test_an_approved_hold_lets_everybody_in_it_go(office: Office, kind: Kind) -> None:
    office.everybody(kind)
    assert [each.person.login for each in office.held.people] == LEFT_BEHIND
    assert office.decides(HoldStatus.APPROVED) == LEFT_BEHIND
    assert office.inside == []
    assert not office.held.people
    assert not office.held.is_open
    assert [event for event in office.house.trail.events if event.kind == "Change Failed"] == []


@pytest.mark.parametrize("kind", [Kind.REMOVE, Kind.DISABLE])
def test_a_rejected_hold_keeps_everybody_in_it_and_nothing_comes_back(office: Office, kind: Kind) -> None:
    office.everybody(kind)
    assert office.decides(HoldStatus.REJECTED) == LEFT_BEHIND
    for person in PEOPLE[5:]:
        assert office.house.hears(change(Kind.LOOK, 90, person=person), verify=True).plan.is_empty
    assert office.inside == LEFT_BEHIND
    assert not office.held.people


def test_who_decided_is_in_the_hold_and_in_the_audit(office: Office) -> None:
    office.everybody(Kind.REMOVE)
    office.decides(HoldStatus.REJECTED)
    assert (office.held.hold.decided_by, office.held.hold.decided_at) == (BY, office.house.now)
    why = "6 people in 60 minutes, at most 5 are allowed"
    assert office.audited("Hold Rejected") == [f"decided by {BY}; held because {why}"]


def kept_by_reconciliation(office: Office, person: Person, *groups: str) -> None:
    """The directory did not show the person in these groups; the ledger says still that they are members."""
    house = office.house
    for group in groups:
        house.settles(change(Kind.ADD, 1, group=group, person=person))
    reason = "nobody is left in a group"
    hold = house.onboarding().protection.wait_under(RemovalKind.LEFT, reason, now=house.now)
    ids = [f"id of {group}" for group in (DATA_SCIENCE, *groups)]
    house.onboarding().protection.keep(hold, person, ids, now=house.now)


def test_what_a_reading_did_not_show_is_removed_from_every_group_at_once(office: Office) -> None:
    kept_by_reconciliation(office, PEOPLE[0], FRAUD, ANALYSTS)
    assert office.decides(HoldStatus.APPROVED) == ["person.0"]
    doors = {each.door for each in office.house.ledger.records[PEOPLE[0].id].bindings.values()}
    assert doors == {Door.CLOSED}
    assert len(office.house.holds.opened) == 1


def test_what_a_reading_did_not_show_stays_when_it_is_rejected(office: Office) -> None:
    kept_by_reconciliation(office, PEOPLE[0], FRAUD)
    before = office.house.ledger.records[PEOPLE[0].id]
    office.decides(HoldStatus.REJECTED)
    assert office.house.ledger.records[PEOPLE[0].id] == replace(before, held=None)


def test_who_was_added_again_since_stays_although_the_hold_is_approved(office: Office) -> None:
    kept_by_reconciliation(office, PEOPLE[0])
    word = Membership(
        group_id=f"id of {DATA_SCIENCE}",
        group=DATA_SCIENCE,
        present=True,
        occurred_at=office.house.now + timedelta(seconds=1),
    )
    office.house.ledger.save_membership(PEOPLE[0], word)
    office.decides(HoldStatus.APPROVED)
    assert "person.0" in office.inside


def test_an_event_that_was_ahead_of_the_clock_does_not_outlive_the_rejection(office: Office) -> None:
    for person in PEOPLE:
        office.house.settles(change(Kind.REMOVE, 63, person=person))
    office.decides(HoldStatus.REJECTED)
    assert office.inside == LEFT_BEHIND


def test_who_moved_to_another_hold_is_not_touched(office: Office) -> None:
    office.everybody(Kind.REMOVE)
    held = office.held
    other = HeldRemoval(
        hold_id="another", kind=RemovalKind.LEFT, status=HoldStatus.PENDING, at=office.house.now, group_ids=()
    )
    office.house.holds.hold(PEOPLE[7], other)
    done = office.desk.decide(held, HoldStatus.APPROVED, by=BY, now=office.house.now)
    assert [person.login for person in done] == LEFT_BEHIND[:2]
    assert office.house.ledger.records[PEOPLE[7].id].held == other


def test_a_decision_cannot_be_turned_around(office: Office) -> None:
    office.everybody(Kind.REMOVE)
    office.decides(HoldStatus.APPROVED)
    with pytest.raises(ValueError, match=f"was approved by {BY}"):
        office.decides(HoldStatus.REJECTED)


def test_two_administrators_at_the_same_time_are_told(office: Office) -> None:
    office.everybody(Kind.REMOVE)
    seen = office.held
    office.desk.decide(seen, HoldStatus.APPROVED, by=BY, now=office.house.now)
    with pytest.raises(ValueError, match="decided otherwise a moment ago"):
        office.desk.decide(seen, HoldStatus.REJECTED, by="somebody else", now=office.house.now)


def test_an_unknown_hold_is_answered_with_those_that_there_are(office: Office) -> None:
    office.everybody(Kind.REMOVE)
    with pytest.raises(LookupError, match=f"no hold 'left'; holds are: {office.held.hold.id}"):
        office.desk.one("left")


@pytest.mark.parametrize("status", [HoldStatus.APPROVED, HoldStatus.REJECTED])
@pytest.mark.parametrize("kind", [Kind.REMOVE, Kind.DISABLE])
@pytest.mark.parametrize("call", range(1, 14))
def test_a_decision_that_broke_off_anywhere_is_finished_by_making_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, status: HoldStatus, kind: Kind, call: int
) -> None:
    office.everybody(kind)
    made = 0

    def breaking(target: object, name: str) -> None:
        real: Callable[..., object] = getattr(target, name)

        def maybe(*arguments: object, **named: object) -> object:
            nonlocal made
            made += 1
            if made == call:
                raise Throttled("fake", "Throttling", "the connection is gone")
            return real(*arguments, **named)

        patch.setattr(target, name, maybe)

    with monkeypatch.context() as patch:
        for target, names in (
            (office.house.ledger, ("save_membership", "save_standing")),
            (office.house.holds, ("hold", "release", "decide")),
            (office.queue, ("send",)),
            (office.house.trail, ("record",)),
        ):
            for name in names:
                breaking(target, name)
        try:
            office.desk.decide(office.held, status, by=BY, now=office.house.now)
        except Throttled:
            office.house.now += timedelta(seconds=1)
    office.delivers()
    office.decides(status, by="arn:aws:iam::123456789012:user/grace")
    assert office.inside == ([] if status is HoldStatus.APPROVED else LEFT_BEHIND)
    assert not office.held.is_open
    assert office.held.hold.decided_by == (BY if call > 1 else "arn:aws:iam::123456789012:user/grace")
    assert len(office.audited(f"Hold {status.capitalize()}")) >= 1


def test_a_ledger_that_never_stops_changing_is_given_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.everybody(Kind.REMOVE)

    def always(*_: object) -> None:
        raise AlreadyExists("fake", "ConditionalCheckFailedException", "a later word is there")

    monkeypatch.setattr(office.house.ledger, "save_membership", always)
    with pytest.raises(AlreadyExists, match=r"person\.5 keeps changing; try again"):
        office.desk.decide(office.held, HoldStatus.REJECTED, by=BY, now=office.house.now)
