"""Active Directory, asked for whole groups: `directory.snapshot.DirectorySource` over LDAPS."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from concierge.catalog.model import Ldap
from concierge.directory.deltas import BindCredentials
from concierge.directory.snapshot import GroupRead, Member, Snapshot, Wanted
from concierge.errors import DirectoryUnavailable
from concierge.ldap import entries
from concierge.ldap.connection import Entry, NotComplete, Session, connected
from concierge.names import canonical_login

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapSource:
    """`directory` is the directory's name in the catalog."""

    ldap: Ldap
    credentials: BindCredentials
    directory: str

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        """Every wanted group with its people: direct, through groups inside, and by primary group."""
        try:
            with connected(self.ldap, self.credentials) as session:
                reading = Reading(session, self.ldap.base_dn, self.directory, now)
                groups: dict[str, GroupRead] = {}
                missing: list[Wanted] = []
                for each in wanted:
                    found = list(reading.groups(each))
                    missing += [] if found else [each]
                    groups.update((entry.dn, reading.read(entry, canary)) for entry in found if entry.dn not in groups)
        except (DirectoryUnavailable, NotComplete) as error:
            return Snapshot(directory=self.directory, started_at=now, problem=str(error))
        return Snapshot(directory=self.directory, started_at=now, groups=tuple(groups.values()), missing=tuple(missing))


class Reading:
    """One reading in the making."""

    def __init__(self, session: Session, base: str, directory: str, now: datetime) -> None:
        self._session = session
        self._base = base
        self._directory = directory
        self._now = now

    def groups(self, wanted: Wanted) -> Iterator[Entry]:
        """The security groups that are meant; by id where there is one. An id of another kind of directory is none."""
        try:
            query = entries.by_id(wanted.id) if wanted.id else entries.by_name(wanted.name)
        except ValueError:
            return
        yield from self._session.find(self._base, f"(&{entries.SECURITY_GROUPS}{query})", entries.GROUP)

    def read(self, group: Entry, canary: str | None) -> GroupRead:
        """The group with its people, or with what kept it from being read completely."""
        read = GroupRead(group=entries.identity(group, self._directory))
        try:
            people = self._people(group)
        except NotComplete as error:
            return replace(read, problem=str(error))
        members = tuple(
            Member(person=entries.identity(each, self._directory), enabled=bool(entries.is_enabled(each, self._now)))
            for each in people
        )
        names = {canonical_login(name) for each in members for name in (each.person.account_name, each.person.upn)}
        if canary is not None and canonical_login(canary) not in names:
            return replace(read, problem=f"the canary {canary} is not seen in it")
        return replace(read, members=members)

    def _people(self, top: Entry) -> list[Entry]:
        """Walks the security groups inside; a group that holds itself through others is walked once."""
        people: dict[str, Entry] = {}
        walked = {top.dn.lower()}
        waiting = [top]
        while waiting:
            group = waiting.pop()
            for entry in (*self._direct(group), *self._primary(group)):
                if hidden := entries.hidden(entry):
                    raise NotComplete(f"{', '.join(hidden)} of {entry.dn} in {group.dn} is not shown to us")
                if entries.is_person(entry):
                    people[entry.dn.lower()] = entry
                elif not entries.is_security_group(entry):
                    logger.info("member that gives nobody access", extra={"group": group.dn, "member": entry.dn})
                elif entry.dn.lower() not in walked:
                    walked.add(entry.dn.lower())
                    waiting.append(entry)
        return list(people.values())

    def _direct(self, group: Entry) -> list[Entry]:
        """Direct members, read from both ends of the link: the group names them, and they name the group.

        A group that we may not read answers that it has no members; its members still say that they are in it.
        """
        named = {dn.lower(): dn for dn in self._session.members(group.dn)}
        found = {
            each.dn.lower(): each for each in self._session.find(self._base, entries.inside(group.dn), entries.ANY)
        }
        unnamed = found.keys() - named.keys()
        if unnamed:
            raise NotComplete(f"{len(unnamed)} say that they are members of {group.dn}, and it does not name them")
        for key in named.keys() - found.keys():
            entry = self._session.one(named[key], entries.ANY)
            if entry is None:
                raise NotComplete(f"{group.dn} names a member that is not shown: {named[key]}")
            found[key] = entry
        return list(found.values())

    def _primary(self, group: Entry) -> Iterator[Entry]:
        """Whose primary group it is: those are not among its members (MS-SAMR 3.1.1.8.11)."""
        rid = entries.rid(entries.sid_text(group.value("objectSid")))
        if not rid:
            raise NotComplete(f"objectSid of {group.dn} is not shown to us")
        yield from self._session.find(self._base, f"(&(objectCategory=person)(primaryGroupID={rid}))", entries.ANY)
