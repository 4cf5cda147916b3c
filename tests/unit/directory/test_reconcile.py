"""A reading of a directory against the ledger: drift is repaired both ways, and nothing unread lets anybody out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from concierge.catalog.model import (
    Binding,
    Catalog,
    Directory,
    Domain,
    IdentityStore,
    Persona,
    Removals,
    RoleScope,
)
from concierge.directory.changes import Kind
from concierge.directory.memberships import record
from concierge.directory.protection import Protection, managed_people
from concierge.directory.reconcile import Reconciled, Reconciliation
from concierge.directory.snapshot import DirectorySource, GroupRead, Member, Snapshot, Wanted, wanted_groups
from concierge.model import Door, Identity, Person, PersonRecord, ProfileBinding
from tests.support.fakes import Calls, InMemoryAliases, InMemoryHolds, InMemoryLedger, InMemoryQueue, Trail

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
CORP = Directory(
    name="corp.example.com", identity_store=IdentityStore(id="d-9067d4e5f6", region="eu-west-1"), canary="canary"
)
LAB = Domain(name="research", account="123456789012", region="eu-west-1", domain_id="d-abcdefghijkl")
CATALOG = Catalog(
    version=1,
    directories=(CORP,),
    domains=(LAB,),
    personas=(Persona(name="scientist", role_scope=RoleScope.USER),),
    lifecycle_configs=(),
    bindings=(
        Binding(group="lab", group_id="g-lab", domain="research", persona="scientist"),
        Binding(group="risk", domain="research", persona="scientist"),
    ),
    digest="0",
)


def identity(login: str) -> Identity:
    return Identity(vendor_id=f"u-{login}", account_name=login)


def group(name: str, *logins: str, disabled: Sequence[str] = (), problem: str = "") -> GroupRead:
    members = tuple(Member(person=identity(each), enabled=each not in disabled) for each in logins)
    return GroupRead(group=Identity(vendor_id=f"g-{name}", account_name=name), members=members, problem=problem)


@dataclass
class World:
    """A directory, the ledger, and what reconciliation made of them."""

    groups: tuple[GroupRead, ...] = ()
    problem: str = ""
    missing: tuple[Wanted, ...] = ()
    removals: Removals = field(default_factory=Removals)

    def __post_init__(self) -> None:
        self.ledger = InMemoryLedger(Calls())
        self.holds = InMemoryHolds(self.ledger)
        self.aliases = InMemoryAliases()
        self.queue = InMemoryQueue()
        self.trail = Trail()
        self.asked: list[tuple[Wanted, ...]] = []

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        assert canary == "canary"
        self.asked.append(tuple(wanted))
        return Snapshot(
            directory=CORP.name, started_at=now, groups=self.groups, missing=self.missing, problem=self.problem
        )

    def reconcile(self, *, now: datetime = NOW) -> Reconciled:
        """Reads, and converges the ledger as onboarding would."""
        self.queue.sent.clear()
        result = self._reconciliation().run(CORP, cause="night", now=now)
        for each in self.queue.sent:
            known = self.ledger.record(each.person)
            updated = record(known, each)
            self.ledger.records[each.person.id] = replace(updated, is_known=True, bindings=self._bindings(updated))
        return result

    def _bindings(self, known: PersonRecord) -> dict[str, ProfileBinding]:
        present = any(each.present for each in known.memberships.values()) and known.is_enabled
        return {"research": binding(known.person, Door.OPEN if present else Door.CLOSED)}

    def _reconciliation(self) -> Reconciliation:
        def source(_directory: Directory) -> DirectorySource:
            return self

        return Reconciliation(
            catalog=replace(CATALOG, removals=self.removals),
            aliases=self.aliases,
            ledger=self.ledger,
            queue=self.queue,
            protection=Protection(
                limits=self.removals,
                ledger=self.holds,
                population=lambda: managed_people(CATALOG, self.ledger),
            ),
            trail=self.trail,
            source=source,
            margin=timedelta(minutes=5),
        )

    @property
    def heard(self) -> list[str]:
        return sorted(f"{each.kind} {each.person.login} {each.group}".strip() for each in self.queue.sent)


def binding(person: Person, door: Door) -> ProfileBinding:
    return ProfileBinding(
        person_id=person.id,
        login=person.login,
        domain="research",
        profile=person.login,
        persona="scientist",
        role="role",
        tags={},
        door=door,
        fingerprint="",
        since=NOW,
    )


@pytest.fixture
def world() -> World:
    """Amara and Li are in the lab, by directory and by ledger."""
    found = World(groups=(group("lab", "canary", "amara", "li"),))
    found.reconcile(now=NOW - timedelta(days=1))
    return found


def test_people_that_no_event_told_of_are_onboarded(world: World) -> None:
    world.groups = (group("lab", "canary", "amara", "li", "priya"), group("risk", "canary", "amara"))
    world.reconcile()
    assert world.heard == ["add amara risk", "add priya lab"]


def test_the_canary_is_nobody(world: World) -> None:
    assert all(record.person.login != "canary" for record in world.ledger.records.values())


def test_what_agrees_needs_nothing(world: World) -> None:
    world.reconcile()
    assert world.heard == []


def test_people_that_the_directory_does_not_have_are_let_out(world: World) -> None:
    world.groups = (group("lab", "canary", "amara"),)
    world.reconcile()
    assert world.heard == ["remove li lab"]


def test_a_group_that_was_not_read_completely_lets_nobody_out_and_is_reported(world: World) -> None:
    world.groups = (group("lab", problem="its canary was not seen"),)
    result = world.reconcile()
    assert (world.heard, result.findings) == ([], 1)
    assert world.trail.events[-1].reason == "was not read completely: its canary was not seen"


def test_a_directory_that_does_not_answer_lets_nobody_out(world: World) -> None:
    world.groups, world.problem = (), "connection refused"
    result = world.reconcile()
    assert (world.heard, result.problem) == ([], "connection refused")


def test_a_group_that_is_not_found_lets_nobody_out_and_is_reported(world: World) -> None:
    world.groups, world.missing = (), (Wanted(name="lab", id="g-lab"),)
    world.reconcile()
    assert world.heard == []
    assert world.trail.events[-1].reason == "is not found in directory corp.example.com"


def test_a_group_of_the_same_name_and_another_id_is_not_the_managed_one(world: World) -> None:
    impostor = GroupRead(group=Identity(vendor_id="g-other", account_name="lab"), members=group("lab", "eve").members)
    world.groups = (*world.groups, impostor)
    world.reconcile()
    assert world.heard == []


def test_what_was_heard_a_moment_ago_is_not_contradicted_but_looked_at_again(world: World) -> None:
    world.groups = (group("lab", "canary", "amara", "li", "priya"),)
    world.reconcile(now=NOW - timedelta(minutes=4))
    world.groups = (group("lab", "canary", "amara", "li"),)
    result = world.reconcile()
    assert world.heard == []
    assert result.unsettled == (Wanted(name="lab"),)
    world.reconcile(now=NOW + timedelta(minutes=2))
    assert world.heard == ["remove priya lab"]


def test_disabled_enabled_and_renamed_people_are_noticed(world: World) -> None:
    world.groups = (group("lab", "canary", "amara", "li", disabled=["li"]),)
    world.reconcile()
    assert world.heard == ["disable li"]
    renamed = Member(person=Identity(vendor_id="u-amara", account_name="amara.okafor"), enabled=True)
    world.groups = (replace(group("lab", "canary", "li"), members=(*group("lab", "canary", "li").members, renamed)),)
    world.reconcile(now=NOW + timedelta(hours=1))
    assert world.heard == ["enable li", "rename amara.okafor"]


def test_somebody_who_is_new_and_disabled_is_not_let_in(world: World) -> None:
    world.groups = (group("lab", "canary", "amara", "li", "gone", disabled=["gone"]),)
    world.reconcile()
    assert world.heard == ["add gone lab", "disable gone"]
    world.reconcile(now=NOW + timedelta(hours=1))
    assert world.heard == []


def test_a_group_that_is_suddenly_empty_waits_for_an_administrator(world: World) -> None:
    world.groups = (group("lab", "canary"),)
    result = world.reconcile()
    assert world.heard == []
    assert list(result.held.values()) == [2]
    (hold,) = world.holds.opened.values()
    assert hold.reason == "nobody is left in lab"
    assert [each.kind for each in world.trail.events][-3:] == ["Hold Opened", "Removal Held", "Removal Held"]


def test_the_only_member_of_a_group_may_leave_where_the_canary_shows_that_it_was_read() -> None:
    world = World(groups=(group("lab", "canary", "amara"),))
    world.reconcile(now=NOW - timedelta(days=1))
    world.groups = (group("lab", "canary"),)
    world.reconcile()
    assert world.heard == ["remove amara lab"]


def test_who_was_in_a_group_that_was_deleted_and_made_anew_is_in_the_new_one_or_out(world: World) -> None:
    anew = replace(group("risk", "canary", "li"), group=Identity(vendor_id="g-risk-2", account_name="risk"))
    world.groups = (group("lab", "canary"), group("risk", "canary", "amara", "li"))
    world.reconcile(now=NOW - timedelta(hours=2))
    world.groups = (anew,)
    world.reconcile()
    assert world.heard == ["add li risk", "remove amara risk", "remove li risk"]
    present = {
        person_id: [each.group_id for each in found.memberships.values() if each.present and each.group == "risk"]
        for person_id, found in world.ledger.records.items()
    }
    assert list(present.values()).count([]) == 1
    assert ["group vendor:g-risk-2"] in present.values()
    world.reconcile(now=NOW + timedelta(hours=1))
    assert world.heard == []


def test_too_many_removals_wait_all_of_them_and_the_rest_goes_on() -> None:
    people = [f"person.{number}" for number in range(20)]
    world = World(groups=(group("lab", "canary", *people),))
    world.reconcile(now=NOW - timedelta(days=1))
    world.groups = (group("lab", "canary", *people[:10], "new"),)
    result = world.reconcile()
    assert world.heard == ["add new lab"]
    assert list(result.held.values()) == [10]


def test_the_same_drift_tomorrow_joins_the_hold_and_rings_no_second_time(world: World) -> None:
    world.groups = (group("lab", "canary"),)
    world.reconcile()
    before = len(world.trail.events)
    world.reconcile(now=NOW + timedelta(days=1))
    assert len(world.holds.opened) == 1
    assert len(world.trail.events) == before


def test_only_the_groups_that_are_asked_for_are_read(world: World) -> None:
    world.reconcile()
    assert world.asked[-1] == (Wanted(name="lab", id="g-lab"), Wanted(name="risk"))


def test_a_pattern_is_asked_for_as_a_family() -> None:
    catalog = replace(CATALOG, bindings=(Binding(pattern="SageMaker-{account}-{persona}"),))
    (wanted,) = wanted_groups(catalog)
    assert (wanted.name, wanted.is_family) == ("SageMaker-*-*", True)


def test_a_dry_run_sends_and_holds_nothing(world: World) -> None:
    world.groups = (group("lab", "canary"),)
    reconciliation: Any = world._reconciliation()
    drift = reconciliation.drift(CORP, cause="plan", now=NOW)
    assert [(each.kind, each.person.login) for each in drift.changes] == [(Kind.REMOVE, "amara"), (Kind.REMOVE, "li")]
    assert (drift.emptied, world.holds.opened) == (("lab",), {})
