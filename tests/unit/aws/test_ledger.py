"""The ledger table: conditional writes, and what comes back is what went in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from concierge.aws.aliases import DynamoAliases
from concierge.aws.cursors import DynamoCursors
from concierge.aws.holds import DynamoHolds
from concierge.aws.ledger import DynamoLedger
from concierge.directory.identity import resolve
from concierge.directory.poller import Cursor
from concierge.directory.protection import decided
from concierge.errors import AlreadyExists
from concierge.holds import HeldRemoval, Hold, HoldStatus, RemovalKind
from concierge.model import Door, Identity, Membership, Person, PersonRecord, ProfileBinding
from tests.support import ledger_table
from tests.support.fakes import AT_TEN

AMARA = Person(id="guid:a1", login="amara.okafor", directory="corp.example.com")
BINDING = ProfileBinding(
    person_id="guid:a1",
    login="amara.okafor",
    domain="research",
    profile="amara-okafor-x",
    persona="data-scientist",
    role="studio-exec-amara",
    tags={"team": "vision", "cost-centre": "4711"},
    door=Door.OPEN,
    fingerprint="f" * 64,
    since=AT_TEN,
)


@pytest.fixture
def table() -> Iterator[str]:
    with mock_aws():
        yield ledger_table.create(boto3.client("dynamodb"))


@pytest.fixture
def ledger(table: str) -> DynamoLedger:
    return DynamoLedger(client=boto3.client("dynamodb"), table=table)


@pytest.fixture
def aliases(table: str) -> DynamoAliases:
    return DynamoAliases(client=boto3.client("dynamodb"), table=table)


def membership(minute: int, *, present: bool = True) -> Membership:
    return Membership(
        group_id="g1", group="research-ds", present=present, occurred_at=AT_TEN + timedelta(minutes=minute)
    )


def test_somebody_new_has_an_empty_record(ledger: DynamoLedger) -> None:
    assert ledger.record(AMARA) == PersonRecord(person=AMARA)


def test_everything_about_a_person_comes_back_as_it_went_in(ledger: DynamoLedger) -> None:
    record = PersonRecord(
        person=replace(AMARA, handle="amara", named_at=AT_TEN, generation=1),
        is_known=True,
        memberships={"g1": membership(0)},
        bindings={"research": BINDING},
        disabled_at=AT_TEN,
        enabled_at=AT_TEN + timedelta(hours=1),
    )
    ledger.save_membership(AMARA, record.memberships["g1"])
    ledger.save_standing(record)
    ledger.save_binding(BINDING)
    assert ledger.record(AMARA) == record


def test_a_later_word_is_never_overwritten(ledger: DynamoLedger) -> None:
    ledger.save_membership(AMARA, membership(5, present=False))
    with pytest.raises(AlreadyExists):
        ledger.save_membership(AMARA, membership(4))
    assert not ledger.record(AMARA).memberships["g1"].present


def test_a_binding_of_a_slower_run_does_not_replace_a_newer_one(ledger: DynamoLedger) -> None:
    ledger.save_binding(replace(BINDING, door=Door.CLOSED, since=AT_TEN + timedelta(seconds=1)))
    with pytest.raises(AlreadyExists):
        ledger.save_binding(BINDING)


def test_an_older_word_about_being_disabled_is_refused(ledger: DynamoLedger) -> None:
    late = PersonRecord(person=AMARA, disabled_at=AT_TEN + timedelta(hours=1))
    ledger.save_standing(late)
    with pytest.raises(AlreadyExists):
        ledger.save_standing(replace(late, disabled_at=AT_TEN))


def test_login_and_night_find_bindings_by_their_own_index(ledger: DynamoLedger) -> None:
    other = replace(BINDING, person_id="guid:b2", login="li.wei", profile="a-first")
    ledger.save_binding(BINDING)
    ledger.save_binding(other)
    assert ledger.bindings_of_login("amara.okafor") == (BINDING,)
    assert ledger.bindings_of_login("nobody") == ()
    assert ledger.bindings_in_domain("research") == (other, BINDING)


def test_a_domain_of_many_people_is_read_to_the_last_page(ledger: DynamoLedger) -> None:
    big = {"note": "x" * 30_000}
    for number in range(60):  # 1.8 MB, and a page holds one
        ledger.save_binding(replace(BINDING, person_id=f"guid:{number}", profile=f"p{number:03}", tags=big))
    assert len(ledger.bindings_in_domain("research")) == 60


def test_aliases_are_written_all_or_none(aliases: DynamoAliases) -> None:
    identity = Identity(directory="corp", guid="A1", sid="S-1", account_name="amara")
    first = resolve(identity, aliases.find(identity.keys), name="amara", at=AT_TEN)
    aliases.write(first)
    found = aliases.find(identity.keys)
    assert {alias.owner for alias in found.values()} == {"guid:a1"}
    assert resolve(identity, found, name="amara", at=AT_TEN).writes == ()
    stale = Identity(directory="corp", guid="B2", account_name="amara")
    with pytest.raises(AlreadyExists):
        aliases.write(resolve(stale, {}, name="amara", at=AT_TEN))
    assert "guid:b2" not in aliases.find(("guid:b2",))


def test_more_aliases_than_one_call_gives_are_read_in_several(aliases: DynamoAliases) -> None:
    for number in range(130):
        identity = Identity(guid=f"g{number}")
        aliases.write(resolve(identity, {}, name=f"n{number}", at=AT_TEN))
    assert len(aliases.find(f"guid:g{number}" for number in range(200))) == 130


def test_a_group_knows_who_is_in_it_and_forgets_who_left(ledger: DynamoLedger) -> None:
    ledger.save_membership(AMARA, membership(0))
    ledger.save_membership(replace(AMARA, id="guid:b2"), membership(0))
    assert set(ledger.members_of("g1")) == {"guid:a1", "guid:b2"}
    ledger.save_membership(AMARA, membership(1, present=False))
    assert ledger.members_of("g1") == {"guid:b2": membership(0)}
    assert ledger.words_about("g1", ["guid:a1", "guid:b2", "guid:c3"])["guid:a1"] == membership(1, present=False)


def test_names_and_standing_of_many_people_come_without_the_rest(ledger: DynamoLedger) -> None:
    ledger.save_standing(PersonRecord(person=AMARA, disabled_at=AT_TEN))
    ledger.save_membership(AMARA, membership(0))
    found = ledger.records_of(["guid:a1", "guid:nobody"])
    assert list(found) == ["guid:a1"]
    assert (found["guid:a1"].person.login, found["guid:a1"].is_enabled) == ("amara.okafor", False)
    assert found["guid:a1"].memberships == {}


def test_an_offboarding_clock_survives_the_table(ledger: DynamoLedger) -> None:
    closed = replace(BINDING, door=Door.CLOSED, closed_at=AT_TEN)
    ledger.save_binding(closed)
    assert ledger.record(AMARA).bindings == {"research": closed}


# -- what waits for an administrator --------------------------------------------------------------

HOLD = Hold(id="left-1", kind=RemovalKind.LEFT, reason="6 people", opened_at=AT_TEN)
HELD = HeldRemoval(
    hold_id="left-1", kind=RemovalKind.LEFT, status=HoldStatus.PENDING, at=AT_TEN, group_ids=("g1", "g2")
)


@pytest.fixture
def holds(table: str) -> DynamoHolds:
    return DynamoHolds(client=boto3.client("dynamodb"), table=table)


def test_removals_are_counted_by_kind_and_window(holds: DynamoHolds) -> None:
    holds.note_removal(RemovalKind.LEFT, AMARA, ["g1"], at=AT_TEN)
    holds.note_removal(RemovalKind.LEFT, AMARA, ["g2"], at=AT_TEN + timedelta(minutes=30))
    holds.note_removal(RemovalKind.DISABLED, replace(AMARA, id="guid:b2"), [], at=AT_TEN)
    assert holds.recent_removals(RemovalKind.LEFT, since=AT_TEN) == {"guid:a1": frozenset({"g1", "g2"})}
    later = AT_TEN + timedelta(minutes=1)
    assert holds.recent_removals(RemovalKind.LEFT, since=later) == {"guid:a1": frozenset({"g2"})}
    assert holds.recent_removals(RemovalKind.DISABLED, since=later) == {}


def test_a_hold_is_opened_once_decided_once_and_then_no_other_joins_it(holds: DynamoHolds) -> None:
    holds.open_hold(HOLD)
    with pytest.raises(AlreadyExists):
        holds.open_hold(HOLD)
    assert holds.pending_hold(RemovalKind.LEFT) == HOLD
    assert holds.pending_hold(RemovalKind.DISABLED) is None
    approved = decided(HOLD, HoldStatus.APPROVED, by="arn:admin", at=AT_TEN)
    holds.decide(approved)
    holds.decide(approved)
    with pytest.raises(AlreadyExists):
        holds.decide(decided(HOLD, HoldStatus.REJECTED, by="arn:other", at=AT_TEN))
    assert holds.pending_hold(RemovalKind.LEFT) is None
    assert holds.holds() == (approved,)


def test_whose_removal_waits_is_known_by_person_and_by_hold(holds: DynamoHolds, ledger: DynamoLedger) -> None:
    assert holds.hold(AMARA, HELD)
    assert not holds.hold(AMARA, replace(HELD, at=AT_TEN + timedelta(hours=1)))
    assert ledger.record(AMARA).held == HELD
    assert ledger.held_in("left-1") == {"guid:a1": HELD}
    holds.release(AMARA)
    assert ledger.record(AMARA).held is None
    assert ledger.held_in("left-1") == {}


def test_a_cursor_is_kept_unless_somebody_else_was_faster(table: str) -> None:
    cursors = DynamoCursors(client=boto3.client("dynamodb"), table=table)
    first = Cursor(cookie=b"\x00\xff", unsettled=("lab",))
    assert cursors.read("corp") == Cursor()
    cursors.save("corp", first, instead_of=Cursor())
    assert cursors.read("corp") == first
    cursors.save("corp", Cursor(cookie=b"2"), instead_of=first)
    with pytest.raises(AlreadyExists):
        cursors.save("corp", Cursor(cookie=b"3"), instead_of=first)
    with pytest.raises(AlreadyExists):
        cursors.save("corp", Cursor(cookie=b"3"), instead_of=Cursor())
