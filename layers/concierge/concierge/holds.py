"""Removals that wait for an administrator: too many people would lose access at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RemovalKind(StrEnum):
    """Why somebody is to be let out; each kind has a limit of its own."""

    LEFT = "left"  # no group gives the domain any more
    DISABLED = "disabled"  # the directory disabled or deleted the person: explicit, and urgent


class HoldStatus(StrEnum):
    """What an administrator decided about removals that were held."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Removals that wait for an administrator, because there were too many at once.

    decided_by: the administrator's principal ARN, as the command line saw it; empty while pending.
    """

    id: str
    kind: RemovalKind
    reason: str
    opened_at: datetime
    status: HoldStatus = HoldStatus.PENDING
    decided_by: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRemoval:
    """That one person's removal is part of a hold, and what it came from.

    group_ids: the groups that they left; empty where the whole person was disabled or deleted.
    """

    hold_id: str
    kind: RemovalKind
    status: HoldStatus
    at: datetime
    group_ids: tuple[str, ...] = ()
