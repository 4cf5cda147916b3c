"""The law of the event side: whatever happens to the events, one reading later everything is as the directory says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.catalog.load import load
from concierge.catalog.model import Catalog, Directory, IdentityStore, Removals
from concierge.catalog.source import compile_file
from concierge.directory.intake import Intake
from concierge.directory.protection import Protection
from concierge.directory.reconcile import Reconciliation
from concierge.directory.snapshot import GroupRead, Member, Snapshot, Wanted
from concierge.model import Door, Identity
from tests.support.fakes import InMemoryAliases, InMemoryQueue, InMemoryResyncs
from tests.support.house import House

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
LAB, RISK = "studio-ml-research", "studio-risk-analytics"
PERSONA = {LAB: "data-scientist", RISK: "analyst"}
LOGINS = ("amara", "li", "priya")
STAYS = "zoe"
CORP = Directory(name="corp.example.com", identity_store=IdentityStore(id="d-9067d4e5f6", region="eu-west-1"))


def _catalog() -> Catalog:
    """The example, read from a directory that can be asked, and without a limit to how many may leave."""
    found = load(compile_file(EXAMPLE))
    return replace(found, directories=(CORP,), removals=Removals(floor=1_000, most=1_000))


CATALOG = _catalog()


@dataclass
class Account:
    """Somebody in the directory; whoever is hired again under the same name is another account."""

    guid: str
    login: str
    enabled: bool = True
    groups: set[str] = field(default_factory=set)


@dataclass
class Company:
    """The directory itself, and the events that it sends of what happens in it."""

    accounts: dict[str, Account] = field(default_factory=dict)
    gone: list[Account] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    hired: int = 0

    def __post_init__(self) -> None:
        """One person is in every group and stays: a group that loses everybody is held, which is another story."""
        self.happens("join", STAYS, LAB)
        self.happens("join", STAYS, RISK)
        self.first, self.events = self.events, []

    def happens(self, what: str, login: str, group: str) -> None:
        """One thing, if it can happen now."""
        account = self.accounts.get(login)
        if account is None:
            self.hired += 1
            account = self.accounts[login] = Account(guid=f"guid-{self.hired}", login=login)
        match what:
            case "join" if group not in account.groups:
                account.groups.add(group)
                self._tell("member.added", account, group)
            case "leave" if group in account.groups:
                account.groups.remove(group)
                self._tell("member.removed", account, group)
            case "disable" if account.enabled:
                account.enabled = False
                self._tell("user.disabled", account)
            case "enable" if not account.enabled:
                account.enabled = True
                self._tell("user.enabled", account)
            case "delete":
                self.gone.append(self.accounts.pop(login))
                self._tell("user.deleted", account)
            case "rename" if f"{login}.new" not in self.accounts:
                account.login = f"{login}.new"
                self.accounts[account.login] = self.accounts.pop(login)
                self._tell("user.renamed", account)
            case _:
                return

    def _tell(self, what: str, account: Account, group: str | None = None) -> None:
        at = START + timedelta(minutes=len(self.events))
        about = {"group": {"sam": group}} if group else {}
        detail = {
            "dataversion": "1.0",
            "id": f"event-{account.guid}-{len(self.events)}",
            "occurredat": at.isoformat(),
            "directory": CORP.name,
            "subject": {"guid": account.guid, "sam": account.login},
            **about,
        }
        self.events.append({"source": "hr", "detail-type": f"directory.{what}.v1", "detail": detail})

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        """The whole truth."""
        groups = tuple(
            GroupRead(
                group=Identity(account_name=name),
                members=tuple(
                    Member(person=Identity(guid=each.guid, account_name=each.login), enabled=each.enabled)
                    for each in self.accounts.values()
                    if name in each.groups
                ),
            )
            for name in (LAB, RISK)
        )
        return Snapshot(directory=CORP.name, started_at=now, groups=groups)

    def expected(self) -> dict[str, tuple[str, str]]:
        """Who is in, by id: login and persona."""
        found = {}
        for each in self.accounts.values():
            groups = [name for name in (LAB, RISK) if name in each.groups]
            if each.enabled and groups:
                found[f"guid:{each.guid}"] = (each.login, PERSONA[groups[0]])
        return found


@dataclass
class Desk:
    """Everything between the events and Studio, in memory."""

    company: Company
    house: House = field(default_factory=lambda: House(CATALOG))
    aliases: InMemoryAliases = field(default_factory=InMemoryAliases)
    queue: InMemoryQueue = field(default_factory=InMemoryQueue)

    def __post_init__(self) -> None:
        for event in self.company.first:
            self.hears(event, START)

    def hears(self, event: dict[str, Any], now: datetime) -> None:
        Intake(catalog=CATALOG, aliases=self.aliases, queue=self.queue, resync=InMemoryResyncs()).take(event, now=now)
        self._converges(now)

    def reads_the_directory(self, now: datetime) -> None:
        reconciliation = Reconciliation(
            catalog=CATALOG,
            aliases=self.aliases,
            ledger=self.house.ledger,
            queue=self.queue,
            protection=Protection(limits=CATALOG.removals, ledger=self.house.holds, population=lambda: 1_000),
            trail=self.house.trail,
            source=lambda _directory: self.company,
            margin=timedelta(minutes=5),
        )
        reconciliation.run(CORP, cause="night", now=now)
        self._converges(now)

    def _converges(self, now: datetime) -> None:
        self.house.now = now
        while self.queue.sent:
            self.house.settles(self.queue.sent.pop(0))

    def who_is_in(self) -> dict[str, tuple[str, str]]:
        bindings = self.house.ledger.bindings_in_domain("research")
        return {each.person_id: (each.login, each.persona) for each in bindings if each.door is Door.OPEN}


def mangled(events: Sequence[dict[str, Any]], random: Random) -> Iterator[dict[str, Any]]:
    """Shuffled, some twice, some lost: far more than the two and the one percent of an honest bus."""
    kept = [event for event in events if random.random() > 0.15]
    told = kept + [event for event in kept if random.random() < 0.2]
    random.shuffle(told)
    yield from (json.loads(json.dumps(event)) for event in told)


happenings = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "leave", "disable", "enable", "delete", "rename"]),
        st.sampled_from(LOGINS),
        st.sampled_from([LAB, RISK]),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(happenings, st.randoms(use_true_random=False))
def test_however_events_are_shuffled_repeated_and_lost_one_reading_later_the_directory_is_right(
    history: list[tuple[str, str, str]], random: Random
) -> None:
    company = Company()
    for each in history:
        company.happens(*each)
    desk = Desk(company)
    later = START + timedelta(hours=2)
    for event in mangled(company.events, random):
        desk.hears(event, later)
    desk.reads_the_directory(later + timedelta(hours=1))
    assert desk.who_is_in() == company.expected()


@settings(max_examples=30, deadline=None)
@given(happenings, st.randoms(use_true_random=False))
def test_a_second_reading_changes_nothing(history: list[tuple[str, str, str]], random: Random) -> None:
    company = Company()
    for each in history:
        company.happens(*each)
    desk = Desk(company)
    for event in mangled(company.events, random):
        desk.hears(event, START + timedelta(hours=2))
    desk.reads_the_directory(START + timedelta(hours=3))
    before = len(desk.house.calls.writes)
    desk.reads_the_directory(START + timedelta(hours=4))
    assert len(desk.house.calls.writes) == before


@settings(max_examples=30, deadline=None)
@given(happenings, st.randoms(use_true_random=False))
def test_without_loss_no_reading_is_needed(history: list[tuple[str, str, str]], random: Random) -> None:
    company = Company()
    for each in history:
        company.happens(*each)
    desk = Desk(company)
    told = company.events + company.events[:2]
    random.shuffle(told)
    for event in told:
        desk.hears(event, START + timedelta(hours=2))
    assert desk.who_is_in() == company.expected()
