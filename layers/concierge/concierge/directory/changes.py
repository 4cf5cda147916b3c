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
    RESYNC = "resync"  # something changed that the event does not name: look at the directory itself


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChange:
    """One change in a directory, whatever the source.

    person:     who; None only for RESYNC of a whole group.
    group:      which group; None for DISABLE, ENABLE and DELETE, which concern all of a person's groups.
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
