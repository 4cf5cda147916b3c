"""The directory_poller capability: what changed in a directory since the last look, every few minutes.

A delta never says what to do: a group that changed is read again as a whole, with every check of a reading. How far
the changes were read is kept only once all that follows from them is queued.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from concierge.catalog.model import Directory
from concierge.directory.changes import Kind
from concierge.directory.comparison import Reading, Seen, standing_drift
from concierge.directory.deltas import ChangedPerson, Delta, DeltaSource
from concierge.directory.memberships import PersonChange
from concierge.directory.people import People
from concierge.directory.reconcile import Reconciliation
from concierge.directory.rounds import DirectoryNotRead
from concierge.directory.snapshot import Wanted, wanted_groups
from concierge.errors import AwsError, DirectoryUnavailable, UnusableSecret

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a directory's changes were read.

    cookie:    opaque; None before the first reading.
    unsettled: names of groups that have to be read again: something was too fresh to be believed at the last look, or
               they could not be read completely.
    """

    cookie: bytes | None = None
    unsettled: tuple[str, ...] = ()


class Cursors(Protocol):
    """The part of the ledger that keeps cursors."""

    def read(self, directory: str) -> Cursor:
        """The last one saved; an empty one for a directory that was never read."""

    def save(self, directory: str, cursor: Cursor, *, instead_of: Cursor) -> None:
        """Raises AlreadyExists if somebody else saved one meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Everything that polling needs; `source` gives the adapter of a directory."""

    reconciliation: Reconciliation
    cursors: Cursors
    source: Callable[[Directory], DeltaSource]

    def poll(self, event: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """How many changes each directory had; raises DirectoryNotRead after all had their turn."""
        cause = f"{event.get('schedule') or 'directory-poller'} {event.get('time') or now.isoformat()}"
        directories = [each for each in self.reconciliation.catalog.directories if each.ldap is not None]
        summary: dict[str, Any] = {}
        unread: list[str] = []
        for directory in directories:
            try:
                summary[directory.name] = self._poll(directory, cause, now)
            except (AwsError, DirectoryUnavailable, DirectoryNotRead, UnusableSecret) as error:
                logger.warning("directory not read", extra={"directory": directory.name, "error": str(error)})
                unread.append(f"{directory.name}: {error}")
        logger.info("polled", extra={"summary": summary})
        if unread:
            raise DirectoryNotRead("; ".join(unread))
        return summary

    def _poll(self, directory: Directory, cause: str, now: datetime) -> dict[str, int]:
        source, cursor = self.source(directory), self.cursors.read(directory.name)
        delta = source.changes_since(cursor.cookie)
        if delta.reset:
            logger.warning("the directory does not know our cookie any more", extra={"directory": directory.name})
            delta = source.changes_since(None)
        everything = wanted_groups(self.reconciliation.catalog)
        wanted = everything if delta.is_baseline else self._affected(source, everything, cursor, delta)
        unsettled = self._read(directory, wanted, cursor, cause, now)
        changes = self._about(directory, delta.people, cause, now)
        self.reconciliation.queue.send(changes)
        latest = Cursor(cookie=delta.cookie, unsettled=unsettled)
        if latest != cursor:
            self.cursors.save(directory.name, latest, instead_of=cursor)
        return {"groups": len(wanted), "people": len(changes)}

    def _affected(
        self, source: DeltaSource, everything: tuple[Wanted, ...], cursor: Cursor, delta: Delta
    ) -> tuple[Wanted, ...]:
        """Groups of the catalog that changed, directly or in a group inside, and those that were left for later."""
        changed = source.nested_in(everything, delta.groups) if delta.groups else ()
        bound = {each.name: each for each in everything}  # with the id by which a group must be found
        again = (bound.get(name, Wanted(name=name)) for name in cursor.unsettled)
        return tuple(dict.fromkeys((*changed, *again)))

    def _read(
        self, directory: Directory, wanted: tuple[Wanted, ...], cursor: Cursor, cause: str, now: datetime
    ) -> tuple[str, ...]:
        """Reads these groups; the names of those that have to be read again."""
        if not wanted:
            return ()
        read = self.reconciliation.run(directory, cause=cause, now=now, wanted=wanted, reported=cursor.unsettled)
        if read.problem:
            raise DirectoryNotRead(f"directory {directory.name}: {read.problem}")
        return tuple(dict.fromkeys((*(each.name for each in read.unsettled), *read.unread)))

    def _about(
        self, directory: Directory, changed: Collection[ChangedPerson], cause: str, now: datetime
    ) -> tuple[PersonChange, ...]:
        """What follows for people who were met before; of all others nothing is kept."""
        people = People(directory=directory, aliases=self.reconciliation.aliases)
        found = people.prefetched(each.identity for each in changed)
        reading = Reading(started_at=now, settled_at=now, cause=cause)
        seen: dict[str, Seen] = {}
        gone: list[PersonChange] = []
        for each in changed:
            known = people.known(each.identity, found=found)
            if known is None:
                continue
            if each.deleted:
                gone.append(reading.change(Kind.DELETE, known))
            elif each.enabled is not None:
                person = people.person(each.identity, at=now, found=found)
                seen[person.id] = Seen(person=person, enabled=each.enabled)
        standing = standing_drift(seen, self.reconciliation.ledger.records_of(seen), reading)
        return (*gone, *standing.changes)
