"""Mass-removal protection: too many people losing access at once wait for an administrator.

A directory that answers with nothing, a script that empties a group, a sync that wipes itself: each looks like many
people leaving. A single explicit disable or delete is never delayed: those are counted by themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from concierge.catalog.model import Catalog, Removals
from concierge.directory.ports import HoldLedger, People
from concierge.errors import AlreadyExists
from concierge.holds import HeldRemoval, Hold, HoldStatus, RemovalKind
from concierge.model import Door, Person


def too_many(removed: int, population: Callable[[], int], limits: Removals) -> str:
    """Why so many removals are not believed, "" if they are. `population` is asked only where it matters."""
    if removed <= min(limits.floor, limits.most):
        return ""
    allowed = min(limits.most, max(limits.floor, math.floor(round(limits.share * population(), 6))))
    return "" if removed <= allowed else f"{removed} people in {limits.window} minutes, at most {allowed} are allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What stands between a plan that lets people out and its first write.

    population: how many people are managed; read when it is needed.
    """

    limits: Removals
    ledger: HoldLedger
    population: Callable[[], int]

    def stops(self, person: Person, kind: RemovalKind, left: Collection[str], *, now: datetime) -> Hold | None:
        """Whether this person's removal has to wait: the hold that it is part of now, or None if it may go on.

        left: ids of the groups that they left, for which they are to be let out; empty for DISABLED.
        Counts the removal first, so that of several at the same time each sees the others.
        """
        self.ledger.note_removal(kind, person, left, at=now)
        recent = self._recent(kind, now)
        reason = too_many(len(recent), self.population, self.limits) or self._emptied(left, recent)
        if not reason:
            return None
        hold = self.wait_under(kind, reason, now=now)
        self.keep(hold, person, left, now=now)
        return hold

    def stops_all(self, removed: Collection[str], emptied: Collection[str], kind: RemovalKind, now: datetime) -> str:
        """Why a whole reading's removals (person ids) are not believed, "" if they are; `emptied` names groups."""
        together = set(removed) | set(self._recent(kind, now))
        if reason := too_many(len(together), self.population, self.limits):
            return reason
        return f"nobody is left in {', '.join(sorted(emptied))}" if emptied else ""

    def wait_under(self, kind: RemovalKind, reason: str, *, now: datetime) -> Hold:
        """The pending hold of this kind, opened now if there is none."""
        pending = self.ledger.pending_hold(kind)
        if pending is not None:
            return pending
        hold = Hold(id=f"{kind}-{now:%Y%m%dT%H%M%S}", kind=kind, reason=reason, opened_at=now)
        try:
            self.ledger.open_hold(hold)
        except AlreadyExists:  # somebody else's, of this very second and kind
            return hold
        return hold

    def keep(self, hold: Hold, person: Person, group_ids: Collection[str], *, now: datetime) -> bool:
        """Notes that the person's removal is part of the hold; whether it was not before."""
        removal = HeldRemoval(
            hold_id=hold.id, kind=hold.kind, status=HoldStatus.PENDING, at=now, group_ids=tuple(group_ids)
        )
        return self.ledger.hold(person, removal)

    def _recent(self, kind: RemovalKind, now: datetime) -> Mapping[str, frozenset[str]]:
        return self.ledger.recent_removals(kind, since=now - timedelta(minutes=self.limits.window))

    def _emptied(self, left: Collection[str], recent: Mapping[str, frozenset[str]]) -> str:
        """A group that had several people at the beginning of the window and has none now."""
        for group_id in left:
            former = sum(group_id in groups for groups in recent.values())
            if former > 1 and not self.ledger.members_of(group_id).keys() - recent.keys():
                return f"the last of {former} people left a group within {self.limits.window} minutes"
        return ""


def managed_people(catalog: Catalog, ledger: People) -> int:
    """How many people have an open door anywhere; a Query for each domain."""
    bindings = (each for domain in catalog.domains for each in ledger.bindings_in_domain(domain.name))
    return len({each.person_id for each in bindings if each.door is Door.OPEN})


def decided(hold: Hold, status: HoldStatus, *, by: str, at: datetime) -> Hold:
    """The hold with an administrator's decision; raises ValueError for one that was decided before."""
    if hold.status is not HoldStatus.PENDING and hold.status is not status:
        raise ValueError(f"hold {hold.id} was {hold.status} by {hold.decided_by or 'somebody'}")
    return replace(hold, status=status, decided_by=by, decided_at=at)
