"""What any source of membership events boils down to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from concierge.model import Identity


class Kind(StrEnum):
    """What happened in the directory."""

    ADD = "add"
    REMOVE = "remove"
    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"
    RENAME = "rename"  # the person's login id changed; nothing else did
    LOOK = "look"  # nothing is said to have changed: look at the person again
    RESYNC = "resync"  # something changed that the event does not name: look at the directory itself


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChange:
    """One change in a directory, whatever the source.

    person:     who; None only for RESYNC.
    group:      which group; None for what concerns the whole person, and for a RESYNC of the whole directory.
    dedupe_key: the source's own id of the event; the same change twice has the same key.
    reason:     for RESYNC, why the event itself does not suffice.
    """

    kind: Kind
    source: str
    directory: str
    occurred_at: datetime
    dedupe_key: str
    person: Identity | None = None
    group: Identity | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """An event that is understood and means nothing to us, and why."""

    source: str
    dedupe_key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record of a batch that can never be understood; the others of the batch are not lost with it."""

    source: str
    dedupe_key: str
    reason: str


Found = tuple[MembershipChange | Ignored | Unreadable, ...]
