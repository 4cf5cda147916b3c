"""What would be done: shown in full, and nothing of it done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cli import plan as command
from cli.proposal import Proposal, for_directory
from cli.rehearsal import Nowhere, UnwrittenAliases
from concierge.catalog.model import Catalog, Directory, IdentityStore
from concierge.directory.changes import Kind
from concierge.directory.people import People
from concierge.directory.protection import Protection
from concierge.directory.reconcile import Reconciliation
from concierge.directory.snapshot import GroupRead, Member, Snapshot, Wanted
from concierge.holds import HoldStatus
from concierge.model import Identity, Person
from tests.support.fakes import AT_TEN, InMemoryAliases, InMemoryQueue, Trail
from tests.support.house import DATA_SCIENCE, House, change
from tests.unit.cli.conftest import Account

CORP = Directory(name="corp.example.com", identity_store=IdentityStore(id="d-9067d4e5f6", region="eu-west-1"))


@pytest.fixture
def house(catalog: Catalog, account: Account, monkeypatch: pytest.MonkeyPatch) -> House:
    """The command finds this house instead of AWS."""
    house = House(catalog)
    monkeypatch.setattr(command, "onboarding", lambda *_: replace(house.onboarding(), trail=Nowhere()))
    monkeypatch.setattr(type(account), "ledger", property(lambda _: house.ledger))
    monkeypatch.setattr("cli.deployment.Deployment.ledger", lambda _: house.ledger)
    monkeypatch.setattr("cli.deployment.Deployment.aliases", lambda _: InMemoryAliases())
    return house


def test_nothing_to_do_is_zero(house: House, account: Account) -> None:
    house.settles(change(Kind.ADD))
    result = account.types("plan")
    assert (result.output, result.exit_code) == ("nothing to do; people and directories looked at: 1\n", 0)


def test_drift_is_shown_with_its_reason_and_nothing_is_written(house: House, account: Account) -> None:
    house.settles(change(Kind.ADD))
    house.studio.spaces.clear()
    audited, writes = len(house.trail.events), house.calls.writes
    result = account.types("plan", "guid:a1")
    assert result.exit_code == 2
    first, step, summary = result.output.splitlines()
    assert first == "person amara.okafor (guid:a1)"
    assert step.startswith("  + create space: space amara-okafor-")
    assert step.endswith(f"(member of {DATA_SCIENCE}: persona data-scientist in research)")
    assert summary == "plan: 1 to add, 0 to change, 0 to remove, 0 to wait for; nothing was changed"
    assert (len(house.trail.events), house.calls.writes) == (audited, writes)


def test_programs_get_steps_and_counts(house: House, account: Account) -> None:
    house.settles(change(Kind.ADD))
    house.studio.profiles.clear()
    result = account.types("plan", "--json")
    told = json.loads(result.output)
    (proposal,) = told["proposals"]
    assert [(each["sign"], each["action"]) for each in proposal["steps"]] == [("+", "create profile")]
    assert (told["to add"], told["to change"], told["to remove"]) == (1, 0, 0)


def test_removals_that_wait_are_shown_as_waiting(house: House, account: Account) -> None:
    people = [Person(id=f"guid:{n}", login=f"person.{n}", directory="corp.example.com") for n in range(6)]
    for person in people:
        house.settles(change(Kind.ADD, person=person))
    for person in people:
        house.settles(change(Kind.REMOVE, 5, person=person))
    held = house.ledger.records["guid:5"].held
    assert held is not None
    assert held.status is HoldStatus.PENDING
    shown = account.types("plan", "guid:5").output.splitlines()
    assert shown[0] == "person person.5 (guid:5)"
    assert shown[1].startswith("  - record binding: door of person.5 in research: closed")
    assert f"  = removals wait for an administrator: hold {held.hold_id}" in shown


def test_a_domain_that_cannot_be_reached_is_said_and_not_taken_for_right(house: House, account: Account) -> None:
    house.settles(change(Kind.ADD))
    house.unreachable.add("research")
    result = account.types("plan")
    assert result.exit_code == 2
    assert "… domain research: cannot be looked at: sts:AssumeRole failed with AccessDenied" in result.output


# -- directories ----------------------------------------------------------------------------------


class Reads:
    """A directory that shows these members in the one group."""

    def __init__(self, *members: Member, problem: str = "") -> None:
        self.members = members
        self.problem = problem

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        group = Identity(directory=CORP.name, guid="9e1", account_name=DATA_SCIENCE)
        read = GroupRead(group=group, members=self.members)
        return Snapshot(directory=CORP.name, started_at=now, groups=(read,), problem=self.problem)


def member(number: int) -> Member:
    return Member(person=Identity(directory=CORP.name, guid=f"{number}", account_name=f"person.{number}"), enabled=True)


@pytest.fixture
def readable(house: House, account: Account, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The catalog's directory can be read; what is in `source` answers."""
    catalog = replace(house.catalog, directories=(CORP,))
    aliases, answers = InMemoryAliases(), {"source": Reads()}

    def reconciliation(*_: object) -> Reconciliation:
        return Reconciliation(
            catalog=catalog,
            aliases=UnwrittenAliases(aliases),
            ledger=house.ledger,
            queue=InMemoryQueue(),
            protection=Protection(limits=catalog.removals, ledger=house.holds, population=lambda: 8),
            trail=Trail(),
            source=lambda _: answers["source"],
            margin=timedelta(0),
        )

    monkeypatch.setattr(command, "reconciliation", reconciliation)
    monkeypatch.setattr("cli.deployment.Deployment.catalog", lambda *_: catalog)
    return {"aliases": aliases, "answers": answers}


def test_a_reading_shows_whom_the_ledger_does_not_know_and_meets_nobody(
    readable: dict[str, dict[str, object]], account: Account
) -> None:
    readable["answers"]["source"] = Reads(member(1))
    result = account.types("plan", "--with-directories")
    assert result.output.splitlines()[:2] == [
        "directory corp.example.com",
        f"  + add: person.1 in {DATA_SCIENCE} (a member in the directory, and not in the ledger)",
    ]
    assert result.exit_code == 2
    aliases = readable["aliases"]
    assert isinstance(aliases, InMemoryAliases)
    assert aliases.aliases == {}


def test_a_directory_that_cannot_be_read_is_an_error(readable: dict[str, dict[str, object]], account: Account) -> None:
    readable["answers"]["source"] = Reads(problem="the connection was refused")
    result = account.types("plan", "--with-directories")
    assert result.exit_code == 1
    assert "  ! could not be read: the connection was refused" in result.output


def test_an_empty_directory_is_not_believed(house: House) -> None:
    aliases = UnwrittenAliases(InMemoryAliases())
    group_id = People(directory=CORP, aliases=aliases).group_id(
        Identity(directory=CORP.name, guid="9e1", account_name=DATA_SCIENCE), DATA_SCIENCE, at=AT_TEN
    )
    person = Person(id="guid:1", login="person.1", directory=CORP.name)
    house.settles(replace(change(Kind.ADD, person=person), group_id=group_id))
    catalog = replace(house.catalog, directories=(CORP,))
    protection = Protection(limits=catalog.removals, ledger=house.holds, population=lambda: 1)
    room = Reconciliation(
        catalog=catalog,
        aliases=aliases,
        ledger=house.ledger,
        queue=InMemoryQueue(),
        protection=protection,
        trail=Trail(),
        source=lambda _: Reads(),
        margin=timedelta(0),
    )
    drift = room.drift(CORP, cause="test", now=house.now)
    held = command._not_believed(protection, drift, house.now)
    shown = list(for_directory(CORP, drift, held=held).lines())
    assert shown == [
        "directory corp.example.com",
        f"  - remove: person.1 in {DATA_SCIENCE} (a member in the ledger, and not in the directory)",
        f"  = removals wait for an administrator: nobody is left in {DATA_SCIENCE}",
    ]


def test_nothing_to_say_is_no_line() -> None:
    assert list(Proposal(scope="person amara.okafor (guid:a1)").lines()) == []
