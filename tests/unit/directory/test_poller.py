"""Changes of a directory, asked for every few minutes: what follows is queued before the next question begins there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from concierge.catalog.model import (
    Binding,
    Catalog,
    Directory,
    Domain,
    Ldap,
    Persona,
    Removals,
    RoleScope,
)
from concierge.directory.deltas import ChangedPerson, Delta
from concierge.directory.memberships import PersonChange, record
from concierge.directory.poller import Cursor, Poller
from concierge.directory.protection import Protection
from concierge.directory.reconcile import Reconciliation
from concierge.directory.rounds import DirectoryNotRead
from concierge.directory.snapshot import GroupRead, Member, Snapshot, Wanted
from concierge.errors import AlreadyExists, AwsError, DirectoryUnavailable, Throttled
from concierge.model import Identity
from tests.support.fakes import Calls, InMemoryAliases, InMemoryHolds, InMemoryLedger, InMemoryQueue, Trail

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LDAP = Ldap(servers=("dc1",), base_dn="DC=corp,DC=example,DC=com", secret="arn:aws:secretsmanager:eu-west-1::x", ca="")
CORP = Directory(name="corp.example.com", ldap=LDAP)
BRANCH = Directory(name="branch.example.com", ldap=LDAP)
NOT_READ = Directory(name="events.example.com")
CATALOG = Catalog(
    version=1,
    directories=(CORP, NOT_READ),
    domains=(Domain(name="research", account="123456789012", region="eu-west-1", domain_id="d-abcdefghijkl"),),
    personas=(Persona(name="scientist", role_scope=RoleScope.USER),),
    lifecycle_configs=(),
    bindings=tuple(Binding(group=each, domain="research", persona="scientist") for each in ("lab", "risk")),
    digest="0",
)


class FullQueue(InMemoryQueue):
    """Takes nothing."""

    def send(self, changes: Iterable[PersonChange]) -> None:
        if list(changes):
            raise Throttled("sqs:SendMessageBatch", "ThrottlingException", "slow down")


class InMemoryCursors:
    """Conditional writes as the table does them."""

    def __init__(self) -> None:
        self.saved: dict[str, Cursor] = {}

    def read(self, directory: str) -> Cursor:
        return self.saved.get(directory, Cursor())

    def save(self, directory: str, cursor: Cursor, *, instead_of: Cursor) -> None:
        if self.read(directory).cookie != instead_of.cookie:
            raise AlreadyExists("fake", "ConditionalCheckFailedException", "somebody else saved one")
        self.saved[directory] = cursor


@dataclass
class FakeDirectory:
    """A directory in memory, as whole groups and as changes.

    groups:  who is in each, by name; `inside` names the groups that a group is inside of.
    changes: what is told at the next question, once.
    """

    groups: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"lab": ("amara", "li"), "risk": ("zoe",)})
    inside: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changes: Delta | None = None
    disabled: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    unreadable: set[str] = field(default_factory=set)
    is_silent: bool = False
    asked: list[tuple[str, ...]] = field(default_factory=list)
    cookies: list[bytes | None] = field(default_factory=list)

    def person(self, key: str) -> Identity:
        """`key` never changes; names do."""
        return Identity(guid=f"guid-{key}", account_name=self.renamed.get(key, key))

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        names = tuple(each.name for each in wanted)
        self.asked.append(names)
        groups = tuple(
            GroupRead(
                group=Identity(guid=f"guid-{name}", account_name=name),
                members=tuple(Member(person=self.person(each), enabled=each not in self.disabled) for each in people),
                problem="busy" if name in self.unreadable else "",
            )
            for name, people in self.groups.items()
            if name in names
        )
        return Snapshot(directory="corp.example.com", started_at=now, groups=groups, problem=self.problem)

    def changes_since(self, cookie: bytes | None) -> Delta:
        if self.is_silent:
            raise DirectoryUnavailable("dc1: connection refused")
        self.cookies.append(cookie)
        if cookie is None:
            return Delta(cookie=b"baseline", is_baseline=True)
        told, self.changes = self.changes, None
        return told or Delta(cookie=cookie)

    def nested_in(self, wanted: Sequence[Wanted], groups: Collection[str]) -> tuple[Wanted, ...]:
        around = {outer for each in groups for outer in (each, *self.inside.get(each, ()))}
        return tuple(each for each in wanted if f"guid-{each.name}" in around)

    def change(self, *groups: str, people: Iterable[ChangedPerson] = (), cookie: bytes = b"next") -> None:
        """What the next question is answered with."""
        self.changes = Delta(cookie=cookie, groups=frozenset(f"guid-{each}" for each in groups), people=tuple(people))

    def touched(self, key: str) -> ChangedPerson:
        return ChangedPerson(identity=self.person(key), enabled=key not in self.disabled)


@dataclass
class World:
    """Directories, the ledger, and what polling made of them."""

    catalog: Catalog = CATALOG
    directories: Mapping[str, FakeDirectory] = field(default_factory=lambda: {CORP.name: FakeDirectory()})

    def __post_init__(self) -> None:
        self.ledger = InMemoryLedger(Calls())
        self.aliases = InMemoryAliases()
        self.queue = InMemoryQueue()
        self.cursors = InMemoryCursors()

    @property
    def corp(self) -> FakeDirectory:
        return self.directories[CORP.name]

    def source(self, directory: Directory) -> FakeDirectory:
        return self.directories[directory.name]

    def poll(self, *, now: datetime = NOW) -> dict[str, Any]:
        """Asks, and converges the ledger as onboarding would."""
        self.queue.sent.clear()
        reconciliation = Reconciliation(
            catalog=self.catalog,
            aliases=self.aliases,
            ledger=self.ledger,
            queue=self.queue,
            protection=Protection(limits=Removals(), ledger=InMemoryHolds(self.ledger), population=lambda: 100),
            trail=Trail(),
            source=self.source,
            margin=timedelta(minutes=1),
        )
        poller = Poller(
            reconciliation=reconciliation,
            cursors=self.cursors,
            source=self.source,
        )
        try:
            return poller.poll({"schedule": "directory-poller", "time": now.isoformat()}, now=now)
        finally:
            for each in self.queue.sent:
                updated = record(self.ledger.record(each.person), each)
                self.ledger.records[each.person.id] = replace(updated, is_known=True)

    @property
    def heard(self) -> list[str]:
        return sorted(f"{each.kind} {each.person.login} {each.group}".strip() for each in self.queue.sent)

    @property
    def cursor(self) -> Cursor:
        return self.cursors.read(CORP.name)


@pytest.fixture
def world() -> World:
    """Everybody was met a day ago."""
    found = World()
    found.poll(now=NOW - timedelta(days=1))
    found.corp.asked.clear()
    found.corp.cookies.clear()
    return found


def test_the_first_look_reads_everything_and_remembers_where_changes_begin() -> None:
    world = World()
    assert world.poll() == {CORP.name: {"groups": 2, "people": 0}}
    assert world.heard == ["add amara lab", "add li lab", "add zoe risk"]
    assert world.corp.asked == [("lab", "risk")]
    assert world.cursor == Cursor(cookie=b"baseline")
    assert {each.cause for each in world.queue.sent} == {f"directory-poller {NOW.isoformat()}"}


def test_where_nothing_changed_nothing_is_read_or_written(world: World) -> None:
    assert world.poll() == {CORP.name: {"groups": 0, "people": 0}}
    assert (world.heard, world.corp.asked, world.corp.cookies) == ([], [], [b"baseline"])


def test_a_group_that_changed_is_read_as_a_whole_and_no_other(world: World) -> None:
    world.corp.groups = {"lab": ("amara", "priya"), "risk": ()}
    world.corp.change("lab")
    world.poll()
    assert world.heard == ["add priya lab", "remove li lab"]
    assert world.corp.asked == [("lab",)]
    assert world.cursor == Cursor(cookie=b"next")


def test_a_change_in_a_group_inside_means_the_group_of_the_catalog(world: World) -> None:
    world.corp.inside["guid-trainees"] = ("guid-risk",)
    world.corp.groups["risk"] = ("zoe", "priya")
    world.corp.change("trainees")
    world.poll()
    assert (world.heard, world.corp.asked) == (["add priya risk"], [("risk",)])


def test_a_group_of_nobody_is_not_read(world: World) -> None:
    world.corp.change("printers")
    world.poll()
    assert (world.corp.asked, world.cursor.cookie) == ([], b"next")


def test_what_was_heard_a_moment_ago_is_looked_at_again_next_time(world: World) -> None:
    world.corp.groups["lab"] = ("amara", "li", "priya")
    world.corp.change("lab", cookie=b"one")
    world.poll()
    world.corp.groups["lab"] = ("amara", "li")
    world.corp.change("lab", cookie=b"two")
    world.poll(now=NOW + timedelta(seconds=30))
    assert (world.heard, world.cursor) == ([], Cursor(cookie=b"two", unsettled=("lab",)))
    world.poll(now=NOW + timedelta(minutes=5))
    assert world.heard == ["remove priya lab"]
    assert world.cursor == Cursor(cookie=b"two")


def test_people_who_were_met_are_disabled_enabled_renamed_and_deleted(world: World) -> None:
    corp = world.corp
    corp.disabled, corp.renamed = {"li"}, {"amara": "amara.okafor"}
    gone = ChangedPerson(identity=Identity(guid="guid-zoe"), enabled=None, deleted=True)
    corp.change(people=[corp.touched("li"), corp.touched("amara"), gone])
    assert world.poll() == {CORP.name: {"groups": 0, "people": 3}}
    assert world.heard == ["delete zoe", "disable li", "rename amara.okafor"]

    corp.disabled.clear()
    corp.change(people=[corp.touched("li")], cookie=b"later")
    world.poll(now=NOW + timedelta(hours=1))
    assert world.heard == ["enable li"]


def test_who_is_who_is_asked_once_for_all_people_that_changed(world: World) -> None:
    world.aliases.reads = 0
    world.corp.disabled = {"amara", "li", "zoe"}
    world.corp.change(people=[world.corp.touched(each) for each in ("amara", "li", "zoe", "nobody")])
    world.poll()
    assert (world.heard, world.aliases.reads) == (["disable amara", "disable li", "disable zoe"], 1)


def test_of_strangers_nothing_is_heard_and_nothing_kept(world: World) -> None:
    before = dict(world.aliases.aliases)
    gone = ChangedPerson(identity=Identity(guid="guid-stranger"), enabled=None, deleted=True)
    hidden = ChangedPerson(identity=Identity(guid="guid-li"), enabled=None)
    world.corp.change(people=[gone, hidden, world.corp.touched("nobody")])
    world.poll()
    assert (world.heard, world.aliases.aliases) == ([], before)


def test_a_change_that_says_what_is_known_makes_no_message(world: World) -> None:
    world.corp.change("lab", people=[world.corp.touched("amara")])
    world.poll()
    assert (world.heard, world.cursor.cookie) == ([], b"next")


@pytest.mark.parametrize(
    "change",
    [
        lambda corp: (corp.groups.update(lab=("amara",)), corp.change("lab")),
        lambda corp: (corp.disabled.add("li"), corp.change(people=[corp.touched("li")])),
    ],
    ids=["groups", "people"],
)
def test_what_could_not_be_queued_is_asked_for_again(world: World, change: Callable[[FakeDirectory], object]) -> None:
    change(world.corp)
    told, taking = world.corp.changes, world.queue
    world.queue = FullQueue()
    with pytest.raises(DirectoryNotRead, match=r"corp\.example\.com: .*slow down"):
        world.poll()
    assert world.cursor.cookie == b"baseline"

    world.queue, world.corp.changes = taking, told
    world.poll(now=NOW + timedelta(minutes=5))
    assert world.corp.cookies == [b"baseline", b"baseline"]
    assert len(world.heard) == 1
    assert world.cursor.cookie == b"next"


def test_a_group_that_could_not_be_read_is_asked_for_again(world: World) -> None:
    world.corp.problem = "dc1 stopped answering"
    world.corp.change("lab")
    with pytest.raises(DirectoryNotRead, match="dc1 stopped answering"):
        world.poll()
    assert world.cursor.cookie == b"baseline"


def test_one_group_that_could_not_be_read_completely_is_asked_for_until_it_can_be(world: World) -> None:
    world.corp.groups["lab"] = ("amara",)
    world.corp.change("lab")
    world.corp.unreadable = {"lab"}
    world.poll()
    assert (world.heard, world.cursor.unsettled) == ([], ("lab",))
    world.poll(now=NOW + timedelta(hours=1))
    assert world.corp.asked[-1] == ("lab",)
    world.corp.unreadable = set()
    world.poll(now=NOW + timedelta(hours=2))
    assert (world.heard, world.cursor.unsettled) == (["remove li lab"], ())


def test_a_cookie_that_is_not_known_any_more_means_to_read_everything(world: World) -> None:
    world.corp.changes = Delta(cookie=None, reset=True)
    world.corp.groups["risk"] = ("zoe", "priya")
    world.poll()
    assert world.corp.cookies == [b"baseline", None]
    assert world.corp.asked == [("lab", "risk")]
    assert (world.heard, world.cursor.cookie) == (["add priya risk"], b"baseline")


def test_two_at_the_same_time_do_not_step_back(world: World) -> None:
    class Overtaken(InMemoryCursors):
        def save(self, directory: str, cursor: Cursor, *, instead_of: Cursor) -> None:
            self.saved[directory] = Cursor(cookie=b"of the other one")
            super().save(directory, cursor, instead_of=instead_of)

    overtaken = Overtaken()
    overtaken.saved.update(world.cursors.saved)
    world.cursors = overtaken
    world.corp.change("lab")
    with pytest.raises(DirectoryNotRead, match="somebody else saved one"):
        world.poll()
    assert world.cursor.cookie == b"of the other one"


@pytest.mark.parametrize("silent", [CORP.name, BRANCH.name])
def test_a_directory_that_fails_keeps_no_other_from_its_turn(silent: str) -> None:
    directories = {CORP.name: FakeDirectory(), BRANCH.name: FakeDirectory()}
    world = World(catalog=replace(CATALOG, directories=(CORP, BRANCH)), directories=directories)
    directories[silent].is_silent = True
    with pytest.raises(DirectoryNotRead) as failed:
        world.poll()
    assert str(failed.value) == f"{silent}: dc1: connection refused"
    assert world.heard == ["add amara lab", "add li lab", "add zoe risk"]
    assert list(world.cursors.saved) == [each for each in directories if each != silent]


def test_a_secret_that_cannot_be_read_is_that_directorys_failure() -> None:
    class Denied(World):
        def source(self, directory: Directory) -> FakeDirectory:
            raise AwsError("secretsmanager:GetSecretValue", "AccessDeniedException", f"{directory.name} is secret")

    with pytest.raises(DirectoryNotRead, match=r"branch\.example\.com is secret"):
        Denied(catalog=replace(CATALOG, directories=(BRANCH,))).poll()
