"""The membership_events capability: any source's event -> messages on the queue, one group per person.

Events of groups that no binding names, or of directories that the catalog does not list, stop here: a company's
directory changes all day, and nearly all of it is none of our business. An event that does not say enough becomes a
request to read the directory itself, where it can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from concierge.catalog.model import Catalog, Directory
from concierge.directory.changes import Ignored, Kind, MembershipChange, Unreadable
from concierge.directory.dn import first_value
from concierge.directory.events import read
from concierge.directory.memberships import PersonChange
from concierge.directory.people import Aliases, People, managed_name
from concierge.directory.ports import MembershipQueue, Resync, ResyncQueue
from concierge.errors import MalformedEvent
from concierge.model import Identity, Person


@dataclass(slots=True, kw_only=True)
class Taken:
    """What became of an event: what was queued, which directories are to be read, and what was left out and why."""

    queued: list[PersonChange] = field(default_factory=list)
    resyncs: list[Resync] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reads, filters, resolves and queues."""

    catalog: Catalog
    aliases: Aliases
    queue: MembershipQueue
    resync: ResyncQueue

    def take(self, event: Mapping[str, Any], *, now: datetime) -> Taken:
        """Raises MalformedEvent for what can never be understood, after all that can be was queued."""
        taken = Taken()
        problems: list[str] = []
        for each in read(event, now=now):
            try:
                self._take(each, taken, now)
            except MalformedEvent as error:
                problems.append(str(error))
        if problems:
            raise MalformedEvent("; ".join(problems))
        return taken

    def _take(self, each: MembershipChange | Ignored | Unreadable, taken: Taken, now: datetime) -> None:
        match each:
            case Ignored():
                taken.ignored.append(each)
            case Unreadable():
                raise MalformedEvent(f"{each.dedupe_key}: {each.reason}")
            case MembershipChange():
                directory = self.catalog.directory(each.directory)
                if directory is None:
                    taken.ignored.append(_ignored(each, f"directory {each.directory!r} is not in the catalog"))
                    return
                self._take_change(each, People(directory=directory, aliases=self.aliases), taken, now)

    def _take_change(self, change: MembershipChange, people: People, taken: Taken, now: datetime) -> None:
        group = self._group(change, people)
        if change.group is not None and group == "" and _names_itself(change.group):
            name = change.group.account_name or change.group.dn or change.group.keys[0]
            taken.ignored.append(_ignored(change, f"no binding names the group {name!r}"))
            return
        if change.kind is Kind.RESYNC:
            self._read_again(change, people.directory, change.reason, taken, now)
            return
        if change.person is None:
            raise MalformedEvent(f"a change of kind {change.kind} must name a person")
        if change.group is not None and not group:
            self._read_again(change, people.directory, "nobody has seen this group's id before", taken, now)
            return
        person = self._person(change, change.person, people)
        if person is None:
            self._read_again(change, people.directory, "it does not say which account this is", taken, now)
            return
        taken.queued.append(self._enqueue(change, person, group, people))

    def _group(self, change: MembershipChange, people: People) -> str:
        """The name by which bindings know the change's group, "" if they do not."""
        if change.group is None:
            return ""
        named = managed_name(self.catalog, _with_name_of_dn(change.group))
        if named or change.group.account_name or not change.group.keys:
            return named
        former = people.group_name(change.group)
        return former if self.catalog.knows_group(former) else ""

    def _person(self, change: MembershipChange, identity: Identity, people: People) -> Person | None:
        """Who is meant; None if only the directory can tell."""
        if not identity.keys:
            return None
        known = people.known(identity)
        if known is None and not self._may_be_met(identity, people):
            return None
        if known is not None and people.login(identity) in ("", known.login):
            return known
        return people.person(identity, at=change.occurred_at)

    def _may_be_met(self, identity: Identity, people: People) -> bool:
        """A stranger is believed on an event's word if it names them for good.

        A bare name may be a group inside a group, as AddGroupMember does not tell: where the directory can be asked,
        it is.
        """
        if not people.login(identity):
            return False
        return bool(identity.strong_keys) or not people.directory.can_be_read

    def _enqueue(self, change: MembershipChange, person: Person, group: str, people: People) -> PersonChange:
        group_id = "" if change.group is None else people.group_id(change.group, group, at=change.occurred_at)
        message = PersonChange(
            kind=change.kind,
            person=person,
            occurred_at=change.occurred_at,
            cause=f"{change.source}/{change.dedupe_key}",
            group_id=group_id,
            group=group,
        )
        self.queue.send((message,))
        return message

    def _read_again(
        self, change: MembershipChange, directory: Directory, reason: str, taken: Taken, now: datetime
    ) -> None:
        if not directory.can_be_read:
            remedy = f"directory {directory.name!r} cannot be read: give it ldap or identity_store in the catalog"
            taken.ignored.append(_ignored(change, f"{reason}, and {remedy}"))
            return
        resync = Resync(directory=directory.name, reason=reason, cause=f"{change.source}/{change.dedupe_key}")
        self.resync.request(resync, now=now)
        taken.resyncs.append(resync)


def _ignored(change: MembershipChange, reason: str) -> Ignored:
    return Ignored(source=change.source, dedupe_key=change.dedupe_key, reason=reason)


def _names_itself(group: Identity) -> bool:
    """Whether the event says enough of the group to tell that no binding means it."""
    return bool(group.account_name or group.dn)


def _with_name_of_dn(group: Identity) -> Identity:
    """A group that comes by its DN only is taken by its CN, which in Active Directory is its account name unless
    somebody made it another: then the next reconciliation finds what was missed here."""
    if group.account_name or not group.dn:
        return group
    return replace(group, account_name=first_value(group.dn))
