"""The reconcile_directory capability: what the directory says ↔ what the ledger knows, repaired both ways.

Everything that follows goes through the queue, so that a person is still converged by one hand only. Removals that
are too many to be believed are kept in a hold instead; a group that was not read completely lets nobody out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from concierge import audit
from concierge.catalog.model import Catalog, Directory
from concierge.directory.changes import Kind
from concierge.directory.comparison import GroupSeen, Reading, Seen, membership_drift, standing_drift
from concierge.directory.completeness import findings_of, is_emptied, with_names
from concierge.directory.memberships import PersonChange
from concierge.directory.people import Aliases, People, managed_name
from concierge.directory.ports import MembershipQueue
from concierge.directory.ports import People as Ledger
from concierge.directory.protection import Protection
from concierge.directory.snapshot import DirectorySource, GroupRead, Snapshot, Wanted, wanted_groups
from concierge.holds import RemovalKind
from concierge.model import Person
from concierge.plan import Finding

CAPABILITY = "reconcile_directory"
_REMOVALS = {Kind.REMOVE: RemovalKind.LEFT, Kind.DISABLE: RemovalKind.DISABLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What a directory and the ledger disagree about, and what could not be read; nothing is done yet.

    emptied:   groups that the ledger knows people of and in which the directory has nobody, by name.
    unsettled: groups about which something is too fresh to be believed.
    unread:    groups that were not read completely, by the names that bindings know them by.
    moved:     (group id, person id): who is in a group that was made anew, and so loses nothing with the former one.
    problem:   why the directory could not be read at all, empty if it could.
    """

    changes: tuple[PersonChange, ...] = ()
    emptied: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unsettled: tuple[Wanted, ...] = ()
    unread: tuple[str, ...] = ()
    moved: frozenset[tuple[str, str]] = frozenset()
    problem: str = ""

    def is_move(self, change: PersonChange) -> bool:
        """Whether somebody only leaves the former of two groups of one name."""
        return (change.group_id, change.person.id) in self.moved


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """What became of a directory's drift: how many changes were queued by kind, and which hold keeps how many."""

    directory: str
    queued: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    findings: int = 0
    unsettled: tuple[Wanted, ...] = ()
    unread: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Everything that reading directories needs; `source` gives the adapter of a directory.

    margin: how long a directory's own servers may disagree about what was changed.
    """

    catalog: Catalog
    aliases: Aliases
    ledger: Ledger
    queue: MembershipQueue
    protection: Protection
    trail: audit.AuditTrail
    source: Callable[[Directory], DirectorySource]
    margin: timedelta

    def run(
        self,
        directory: Directory,
        *,
        cause: str,
        now: datetime,
        wanted: Sequence[Wanted] | None = None,
        reported: Collection[str] = (),
    ) -> Reconciled:
        """Reads the directory, or only the `wanted` groups of it, and queues or holds what follows.

        reported: groups that could not be read the last time either, by name; that is not told again.
        Raises AwsError where the ledger, the queue or the audit failed: to run again does no harm.
        """
        drift = self.drift(directory, cause=cause, now=now, wanted=wanted, reported=reported)
        return self.settle(directory, drift, cause=cause, now=now)

    def drift(
        self,
        directory: Directory,
        *,
        cause: str,
        now: datetime,
        wanted: Sequence[Wanted] | None = None,
        reported: Collection[str] = (),
    ) -> Drift:
        """What would follow from a reading. Meets people in the ledger's aliases, and changes nothing else."""
        asked = wanted_groups(self.catalog) if wanted is None else wanted
        snapshot = self.source(directory).snapshot(asked, canary=directory.canary, now=now)
        people = People(directory=directory, aliases=self.aliases)
        snapshot = with_names(people, snapshot)
        unread = [name for read in snapshot.groups if read.problem and (name := self._name(read))]
        findings = tuple(findings_of(directory, snapshot, reported, alone=self._is_read_alone))
        if snapshot.problem:
            return Drift(findings=findings, problem=snapshot.problem)
        reading = Reading(started_at=snapshot.started_at, settled_at=snapshot.started_at - self.margin, cause=cause)
        current = self._met(people, snapshot, reading)
        groups = (*current, *(group.before for group in current if group.former))
        members = {group.id: self.ledger.members_of(group.id) for group in groups}
        words = {
            group.id: {**members[group.id], **self.ledger.words_about(group.id, (*group.people, *members[group.id]))}
            for group in groups
        }
        seen = {each.person.id: each for group in groups for each in group.people.values()}
        records = self.ledger.records_of({*seen, *(person_id for each in members.values() for person_id in each)})
        compared = [(group, membership_drift(group, words[group.id], records, reading)) for group in groups]
        standing = standing_drift(seen, records, reading)
        return Drift(
            changes=(*(change for _, each in compared for change in each.changes), *standing.changes),
            moved=frozenset((group.former, person_id) for group in current for person_id in group.people),
            emptied=tuple(group.name for group in current if is_emptied(directory, group, members[group.id])),
            findings=findings,
            unsettled=tuple(dict.fromkeys(Wanted(name=group.name) for group, each in compared if each.unsettled)),
            unread=tuple(unread),
        )

    def settle(self, directory: Directory, drift: Drift, *, cause: str, now: datetime) -> Reconciled:
        """Queues what may be done, keeps in a hold what may not, and audits what could not be read."""
        result = Reconciled(
            directory=directory.name,
            findings=len(drift.findings),
            unsettled=drift.unsettled,
            unread=drift.unread,
            problem=drift.problem,
        )
        going = [each for each in drift.changes if each.kind not in _REMOVALS or drift.is_move(each)]
        for kind, removal in _REMOVALS.items():
            leaving = [each for each in drift.changes if each.kind is kind and not drift.is_move(each)]
            emptied = drift.emptied if removal is RemovalKind.LEFT else ()
            if reason := self._not_believed(leaving, emptied, removal, now):
                result.held.update(self._hold(leaving, removal, reason, cause=cause, now=now))
            else:
                going += leaving
        self.queue.send(going)
        for each in going:
            result.queued[each.kind] = result.queued.get(each.kind, 0) + 1
        self._report(directory, drift.findings, cause=cause, now=now)
        return result

    def _met(self, people: People, snapshot: Snapshot, reading: Reading) -> tuple[GroupSeen, ...]:
        """The groups that count, with ids of the ledger; the canary is an account of nobody."""
        counting = [group for group in snapshot.groups if not group.problem]
        found = people.prefetched(each.person for group in counting for each in group.members)
        return tuple(
            GroupSeen(
                id=met.owner,
                name=name,
                former=met.former,
                people={
                    person.id: Seen(person=person, enabled=member.enabled)
                    for member in group.members
                    if people.login(member.person) != people.directory.canary
                    for person in [people.person(member.person, at=reading.started_at, found=found)]
                },
            )
            for group in counting
            if (name := self._name(group))
            for met in [people.group(group.group, name, at=reading.started_at)]
        )

    def _name(self, read: GroupRead) -> str:
        return managed_name(self.catalog, read.group)

    @property
    def _is_read_alone(self) -> bool:
        """Whether every group of the catalog has to be in the one directory that can be read."""
        return sum(each.can_be_read for each in self.catalog.directories) == 1

    def _not_believed(
        self, leaving: Sequence[PersonChange], emptied: Sequence[str], kind: RemovalKind, now: datetime
    ) -> str:
        if not leaving:
            return ""
        return self.protection.stops_all({each.person.id for each in leaving}, emptied, kind, now)

    def _hold(
        self, leaving: Sequence[PersonChange], kind: RemovalKind, reason: str, *, cause: str, now: datetime
    ) -> dict[str, int]:
        hold = self.protection.wait_under(kind, reason, now=now)
        people: dict[str, Person] = {}
        groups: dict[str, list[str]] = {}
        for each in leaving:
            people[each.person.id] = each.person
            groups.setdefault(each.person.id, []).extend([each.group_id] if each.group_id else [])
        new = [
            person
            for person_id, person in people.items()
            if self.protection.keep(hold, person, sorted(groups[person_id]), now=now)
        ]
        if new:  # an alarm for whom nobody was told of, and no second one for the rest
            logins = [each.login for each in new]
            self.trail.record(audit.held(hold, logins, capability=CAPABILITY, cause=cause, at=now))
        return {hold.id: len(people)}

    def _report(self, directory: Directory, findings: tuple[Finding, ...], *, cause: str, now: datetime) -> None:
        if findings:
            scope = f"directory {directory.name}"
            self.trail.record(audit.findings_of(findings, scope=scope, capability=CAPABILITY, cause=cause, at=now))
