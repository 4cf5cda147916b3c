"""What an administrator sees of removals that wait, and types to decide."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from concierge.holds import HeldRemoval, Hold, HoldStatus, RemovalKind
from concierge.model import Membership, Person, PersonRecord
from tests.unit.cli.conftest import Account

PEOPLE = [Person(id=f"guid:{n:02}", login=f"person.{n:02}", directory="corp.example.com") for n in range(12)]
HOLD = "left-20260302T100000"


@pytest.fixture
def full(account: Account, now: datetime) -> Account:
    """Twelve people left a group within a minute, and wait."""
    hold = Hold(id=HOLD, kind=RemovalKind.LEFT, reason="12 people in 60 minutes, at most 5 are allowed", opened_at=now)
    account.holds.open_hold(hold)
    for person in PEOPLE:
        left = Membership(group_id="g1", group="studio-ml-research", present=False, occurred_at=now)
        account.ledger.save_standing(PersonRecord(person=person))
        account.ledger.save_membership(person, left)
        removal = HeldRemoval(hold_id=HOLD, kind=hold.kind, status=HoldStatus.PENDING, at=now, group_ids=("g1",))
        account.holds.hold(person, removal)
    return account


def test_nothing_waits(account: Account) -> None:
    assert account.types("holds", "list").output == "nothing waits for a decision\n"


def test_the_list_says_why_and_names_the_first_ten(full: Account, now: datetime) -> None:
    lines = full.types("holds", "list").output.splitlines()
    assert lines == [
        f"{HOLD}: pending, left, since {now:%Y-%m-%d %H:%M} UTC",
        "    why: 12 people in 60 minutes, at most 5 are allowed",
        f"    12 people: {', '.join(person.login for person in PEOPLE[:10])} and 2 more",
    ]


def test_programs_get_everybody(full: Account) -> None:
    (hold,) = json.loads(full.types("holds", "list", "--json").output)
    assert (hold["id"], hold["status"], len(hold["people"])) == (HOLD, "pending", 12)
    assert json.loads(full.types("holds", "show", HOLD, "--json").output) == hold


def test_a_hold_is_shown_with_the_groups_that_were_left(full: Account) -> None:
    shown = full.types("holds", "show", HOLD).output
    assert "    person.11 (guid:11): left studio-ml-research, pending since" in shown


def test_nothing_happens_without_a_yes(full: Account) -> None:
    before = full.items()
    result = full.types("holds", "approve", HOLD, answer="n\n")
    assert result.exit_code == 1
    assert f"12 people: access ends. Is hold {HOLD} approved? [y/N]: n" in result.output
    assert full.items() == before


def test_an_approved_hold_sends_everybody_to_onboarding(full: Account) -> None:
    result = full.types("holds", "approve", HOLD, "--yes")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("approved, 12 people: access ends of person.00, person.01")
    first, *_ = full.messages()
    assert (first["kind"], first["cause"]) == ("look", f"holds/{HOLD}/approve")
    assert {each.status for each in full.ledger.held_in(HOLD).values()} == {HoldStatus.APPROVED}
    (hold,) = full.holds.holds()
    assert (hold.status, hold.decided_by) == (HoldStatus.APPROVED, "arn:aws:sts::123456789012:user/moto")


def test_a_rejected_hold_says_that_they_are_members(full: Account) -> None:
    assert full.types("holds", "reject", HOLD, answer="y\n").exit_code == 0
    assert len(full.ledger.members_of("g1")) == 12
    assert full.types("holds", "list").output == "nothing waits for a decision\n"
    (hold,) = json.loads(full.types("holds", "list", "--all", "--json").output)
    assert (hold["status"], hold["people"]) == ("rejected", [])


def test_a_decision_stays(full: Account) -> None:
    full.types("holds", "reject", HOLD, "--yes")
    result = full.types("holds", "approve", HOLD, "--yes")
    assert result.exit_code == 1
    assert "was rejected by arn:aws:sts::123456789012:user/moto; a decision stays" in result.output


def test_whoever_joined_a_decided_hold_too_late_is_still_shown(full: Account, now: datetime) -> None:
    full.types("holds", "reject", HOLD, "--yes")
    late = HeldRemoval(
        hold_id=HOLD, kind=RemovalKind.LEFT, status=HoldStatus.PENDING, at=now + timedelta(seconds=1), group_ids=("g1",)
    )
    full.holds.hold(PEOPLE[3], late)
    shown = full.types("holds", "list").output
    assert "not finished: make the same decision again for whoever is left" in shown
    assert "1 person: person.03" in shown
    assert "rejected, 1 person: access stays of person.03" in full.types("holds", "reject", HOLD, "--yes").output


def test_an_unknown_hold_is_answered_with_those_that_there_are(full: Account) -> None:
    result = full.types("holds", "show", "left")
    assert result.output == f"Error: there is no hold 'left'; holds are: {HOLD}\n"
