"""The membership_events capability: any source's event -> messages on the queue, one group per person.

Events of groups that no binding names, or of directories that the catalog does not list, stop here: a company's
directory changes all day, and nearly all of it is none of our business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from concierge.catalog.model import Catalog, Directory, LoginId
from concierge.directory.changes import Ignored, Kind, MembershipChange
from concierge.directory.events import read
from concierge.directory.identity import Alias, Resolution, resolve
from concierge.directory.memberships import PersonChange
from concierge.errors import AlreadyExists, MalformedEvent
from concierge.model import Identity, Person
from concierge.names import canonical_login

_RESOLVE_ATTEMPTS = 5  # two events of one new person may race; each loser reads the winner's aliases


class Aliases(Protocol):
    """The part of the ledger that knows who is who."""

    def find(self, keys: Sequence[str]) -> Mapping[str, Alias]:
        """The aliases that exist, by key."""

    def write(self, resolution: Resolution) -> None:
        """Writes all of the resolution's aliases or none; raises AlreadyExists if one changed meanwhile."""


class MembershipQueue(Protocol):
    """The FIFO queue in front of onboarding."""

    def send(self, change: PersonChange, *, group: str, dedupe_key: str) -> None:
        """Enqueues; messages of one group are delivered in order, one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an event: the changes that were queued, and what was left out with the reason."""

    queued: tuple[PersonChange, ...] = ()
    ignored: tuple[Ignored, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reads, filters, resolves and queues."""

    catalog: Catalog
    aliases: Aliases
    queue: MembershipQueue

    def take(self, event: Mapping[str, Any], *, now: datetime) -> Taken:
        """Raises MalformedEvent for an event that can never be understood."""
        queued: list[PersonChange] = []
        ignored: list[Ignored] = []
        for change in read(event, now=now):
            if isinstance(change, Ignored):
                ignored.append(change)
                continue
            if reason := self._irrelevant(change):
                ignored.append(Ignored(source=change.source, dedupe_key=change.dedupe_key, reason=reason))
                continue
            queued.append(self._enqueue(change))
        return Taken(queued=tuple(queued), ignored=tuple(ignored))

    def _irrelevant(self, change: MembershipChange) -> str:
        if self.catalog.directory(change.directory) is None:
            return f"directory {change.directory!r} is not in the catalog"
        if change.group is not None and not self.catalog.knows_group(self._group_name(change.group)):
            return f"no binding names the group {self._group_name(change.group) or change.group.keys[0]!r}"
        if change.kind is Kind.RESYNC:
            return f"the directory has to be read again: {change.reason}"
        return ""

    def _enqueue(self, change: MembershipChange) -> PersonChange:
        directory = self.catalog.directory(change.directory)
        if change.person is None or directory is None:
            raise MalformedEvent(f"a change of kind {change.kind} must name a person")
        identity = _within(change.person, directory)
        resolution = self._resolve(identity)
        group = _within(change.group, directory) if change.group else None
        message = PersonChange(
            kind=change.kind,
            person=Person(
                id=resolution.owner,
                login=_login(identity, directory),
                directory=directory.name,
                generation=resolution.generation,
            ),
            occurred_at=change.occurred_at,
            cause=f"{change.source}/{change.dedupe_key}",
            group_id=self._resolve(group, namespace="group ").owner if group else "",
            group=self._group_name(group) if group else "",
        )
        self.queue.send(message, group=_digest(resolution.owner), dedupe_key=_digest(message.cause))
        return message

    def _group_name(self, group: Identity) -> str:
        """The event's name for the group, else the one of the binding that names it by id; empty if neither."""
        ids = {each.partition(":")[2] for each in group.strong_keys}
        by_id = (each.group for each in self.catalog.bindings if each.group_id and each.group_id.casefold() in ids)
        return group.account_name or next(by_id, "") or ""

    def _resolve(self, identity: Identity, namespace: str = "") -> Resolution:
        for _ in range(_RESOLVE_ATTEMPTS):
            found = self.aliases.find([namespace + key for key in identity.keys])
            resolution = resolve(identity, found, namespace=namespace)
            if not resolution.writes:
                return resolution
            try:
                self.aliases.write(resolution)
            except AlreadyExists:
                continue
            return resolution
        raise AlreadyExists("alias", "Contention", f"the aliases of {identity.keys[0]} keep changing")


def _within(identity: Identity, directory: Directory) -> Identity:
    """The identity under the directory's one name, so that `d-9067a1b2c3` and `corp.example.com` agree."""
    return Identity(
        directory=directory.name,
        guid=identity.guid,
        sid=identity.sid,
        vendor_id=identity.vendor_id,
        account_name=identity.account_name,
        upn=identity.upn,
    )


def _login(identity: Identity, directory: Directory) -> str:
    login = identity.account_name if directory.login_id is LoginId.SAM else identity.upn
    if not login.strip():
        raise MalformedEvent(
            f"directory {directory.name!r} takes the login id from {directory.login_id}, which the event lacks"
        )
    return canonical_login(login)


def _digest(value: str) -> str:
    """A queue id: SQS allows 128 characters of a small alphabet, and a directory's ids are not bound by that."""
    return hashlib.sha256(value.encode()).hexdigest()
