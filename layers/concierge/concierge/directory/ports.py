"""What the directory capabilities need from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from concierge.directory.fields import text
from concierge.directory.memberships import PersonChange
from concierge.errors import MalformedEvent
from concierge.holds import HeldRemoval, Hold, RemovalKind
from concierge.model import Membership, Person, PersonRecord, ProfileBinding


@dataclass(frozen=True, slots=True, kw_only=True)
class Resync:
    """A directory that is to be read, because an event did not say enough; `cause` is that event."""

    directory: str
    reason: str
    cause: str

    def to_json(self) -> str:
        """The message body; `resync_from_json` reads it back."""
        return json.dumps(asdict(self), sort_keys=True)


def resync_from_json(body: str) -> Resync:
    """Raises MalformedEvent for anything that `Resync.to_json` did not write."""
    try:
        fields = json.loads(body)
        return Resync(directory=text(fields, "directory"), reason=text(fields, "reason"), cause=text(fields, "cause"))
    except (ValueError, AttributeError) as error:
        raise MalformedEvent(f"not a message of the resync queue: {error!r}") from error


class MembershipQueue(Protocol):
    """The FIFO queue in front of onboarding."""

    def send(self, changes: Iterable[PersonChange]) -> None:
        """Enqueues all, in order; messages about one person are delivered in order, one at a time.

        The same change from the same cause twice within five minutes is one. Raises AwsError if not all could be
        enqueued; to send all of them again does no harm.
        """


class ResyncQueue(Protocol):
    """Requests to read directories, a moment apart: many events become one reading."""

    def request(self, resync: Resync, *, now: datetime) -> None:
        """Asks for a reading that begins after `now`."""


class People(Protocol):
    """The part of the ledger that reconciliation compares with a directory."""

    def members_of(self, group_id: str) -> Mapping[str, Membership]:
        """Who is in the group by the ledger's last word, by person id; the index is a moment behind the table."""

    def words_about(self, group_id: str, person_ids: Iterable[str]) -> Mapping[str, Membership]:
        """The last word about the group of each of these people, by person id; consistent."""

    def records_of(self, person_ids: Iterable[str]) -> Mapping[str, PersonRecord]:
        """Names and standing of known people, without memberships and bindings."""

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something in a domain."""


class HoldLedger(Protocol):
    """The part of the ledger that counts removals and keeps those that wait for an administrator."""

    def note_removal(self, kind: RemovalKind, person: Person, group_ids: Iterable[str], *, at: datetime) -> None:
        """Counts a removal; the same person again in the same window is one removal."""

    def recent_removals(self, kind: RemovalKind, *, since: datetime) -> Mapping[str, frozenset[str]]:
        """Who was let out since then, or was to be, by person id; with the groups that they left."""

    def pending_hold(self, kind: RemovalKind) -> Hold | None:
        """The hold that further removals of this kind join."""

    def open_hold(self, hold: Hold) -> None:
        """Writes a new hold; raises AlreadyExists if there is one of that id."""

    def hold(self, person: Person, removal: HeldRemoval) -> bool:
        """Notes that a person's removal waits; False if it is noted under this hold already."""

    def release(self, person: Person) -> None:
        """Forgets that a person's removal waits, or was approved."""

    def members_of(self, group_id: str) -> Mapping[str, Membership]:
        """As `People.members_of`."""
