"""What an administrator decides about removals that were held: carried out person by person, and safe to repeat.

For each person the words go into the ledger first, then the held item changes, and the look comes last: whatever
looks at the person in between still finds a removal that waits. A decision that broke off is finished by making it
again, with whoever is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from concierge import audit
from concierge.directory import memberships
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.directory.ports import MembershipQueue
from concierge.directory.protection import decided
from concierge.errors import AlreadyExists
from concierge.holds import HeldRemoval, Hold, HoldStatus, RemovalKind
from concierge.model import Membership, Person, PersonRecord
from concierge.plan import few

CAPABILITY = "administration"
_VERBS = {HoldStatus.APPROVED: "approve", HoldStatus.REJECTED: "reject"}
_ATTEMPTS = 5  # onboarding may write about the same person; each try reads what it wrote
_MOMENT = timedelta(microseconds=1)  # the smallest step of the ledger's times


class Holds(Protocol):
    """The holds, and the item of each person who is in one."""

    def holds(self) -> tuple[Hold, ...]:
        """Every hold that there ever was, the oldest first."""

    def decide(self, hold: Hold) -> None:
        """Writes a decision; raises AlreadyExists if somebody decided otherwise meanwhile."""

    def hold(self, person: Person, removal: HeldRemoval) -> bool:
        """Writes a person's held removal; False if it is noted like this already."""

    def release(self, person: Person) -> None:
        """Forgets that a person's removal waits."""


class Ledger(Protocol):
    """What is known about people; conditional writes, as `onboarding.ports.Ledger`."""

    def held_in(self, hold_id: str) -> Mapping[str, HeldRemoval]:
        """Whose removal is part of a hold, by person id; a moment behind."""

    def records_of(self, person_ids: Iterable[str]) -> Mapping[str, PersonRecord]:
        """Names and standing of known people, without memberships and bindings."""

    def record(self, person: Person) -> PersonRecord:
        """All that is known about one person; consistent."""

    def save_membership(self, person: Person, membership: Membership) -> None:
        """Raises AlreadyExists if a later word about the group is there."""

    def save_standing(self, record: PersonRecord) -> None:
        """Raises AlreadyExists if a later word about name or standing is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPerson:
    """Somebody in a hold."""

    person: Person
    removal: HeldRemoval

    @property
    def waits(self) -> bool:
        """Whether nothing has been decided about this person yet."""
        return self.removal.status is HoldStatus.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A hold and the people whose removal is still part of it, by login id."""

    hold: Hold
    people: tuple[HeldPerson, ...]

    @property
    def is_open(self) -> bool:
        """Whether it asks for a decision; also a decided one that broke off, or that somebody joined too late."""
        return self.hold.status is HoldStatus.PENDING or any(each.waits for each in self.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Everything that a decision needs."""

    holds: Holds
    ledger: Ledger
    queue: MembershipQueue
    trail: audit.AuditTrail

    def all(self) -> tuple[Held, ...]:
        """Every hold with its people; a Query for each hold."""
        return tuple(self._with_people(hold) for hold in self.holds.holds())

    def one(self, hold_id: str) -> Held:
        """Raises LookupError, naming the holds that there are."""
        known = self.holds.holds()
        for hold in known:
            if hold.id == hold_id:
                return self._with_people(hold)
        raise LookupError(f"there is no hold {hold_id!r}; holds are: {few(each.id for each in known) or 'none'}")

    def decide(self, held: Held, status: HoldStatus, *, by: str, now: datetime) -> tuple[Person, ...]:
        """Approves or rejects a hold, and returns whom that was done for now; none left is a success.

        by: the administrator's principal ARN; of a decision that is only finished, the first one's is kept.
        Raises ValueError if it was decided otherwise before, and AwsError where the ledger, the queue or the audit
        failed: the same decision again does the rest.
        """
        hold, verb = held.hold, _VERBS[status]
        decision = decided(hold, status, by=by, at=now)
        if hold.status is HoldStatus.PENDING:
            try:
                self.holds.decide(decision)
            except AlreadyExists as error:
                raise ValueError(f"hold {hold.id} was decided otherwise a moment ago") from error
        self.trail.record((_audited(held, status, by=by, now=now),))
        cause = f"holds/{hold.id}/{verb}"
        persons = (self._carry_out(each.person, hold, status, cause=cause, now=now) for each in held.people)
        return tuple(person for person in persons if person is not None)

    def _carry_out(self, person: Person, hold: Hold, status: HoldStatus, *, cause: str, now: datetime) -> Person | None:
        """None for somebody whose removal is no part of this hold any more: they came back, or another hold has it."""
        record = self.ledger.record(person)
        removal = record.held
        if removal is None or removal.hold_id != hold.id:
            return None
        for word in words(record, removal, status, cause=cause, now=now):
            self._say(word)
        if status is HoldStatus.APPROVED:
            self.holds.hold(record.person, replace(removal, status=status))
        else:
            self.holds.release(record.person)
        self.queue.send([PersonChange(kind=Kind.LOOK, person=record.person, occurred_at=now, cause=cause)])
        return record.person

    def _say(self, word: PersonChange) -> None:
        """Takes a word into the ledger; a later one that is there already counts instead."""
        for _ in range(_ATTEMPTS):
            known = self.ledger.record(word.person)
            updated = memberships.record(known, word)
            if updated == known:
                return
            try:
                if word.group_id:
                    self.ledger.save_membership(known.person, updated.memberships[word.group_id])
                else:
                    self.ledger.save_standing(updated)
            except AlreadyExists:
                continue
            return
        raise AlreadyExists("ledger", "Contention", f"what is known of {word.person.login} keeps changing; try again")

    def _with_people(self, hold: Hold) -> Held:
        removals = self.ledger.held_in(hold.id)
        records = self.ledger.records_of(removals)
        people = [
            HeldPerson(person=records[person_id].person, removal=removal)
            for person_id, removal in removals.items()
            if person_id in records
        ]
        return Held(hold=hold, people=tuple(sorted(people, key=lambda each: (each.person.login, each.person.id))))


def words(
    record: PersonRecord, removal: HeldRemoval, status: HoldStatus, *, cause: str, now: datetime
) -> tuple[PersonChange, ...]:
    """What the decision says about a person that the ledger does not say yet. Pure.

    An approved removal counts from the time at which it was held, so that whoever came back since stays. A rejected
    one is contradicted, later than whatever the ledger holds: events may be a little ahead of this clock.
    """
    approved = status is HoldStatus.APPROVED
    if removal.kind is RemovalKind.DISABLED:
        if record.is_enabled is not approved:
            return ()
        at = removal.at if approved else _after(now, removal.at, record.disabled_at)
        kind = Kind.DISABLE if approved else Kind.ENABLE
        return (PersonChange(kind=kind, person=record.person, occurred_at=at, cause=cause),)
    return tuple(
        PersonChange(
            kind=Kind.REMOVE if approved else Kind.ADD,
            person=record.person,
            occurred_at=removal.at if approved else _after(now, removal.at, word.occurred_at),
            cause=cause,
            group_id=word.group_id,
            group=word.group,
        )
        for group_id in removal.group_ids
        if (word := record.memberships.get(group_id)) is not None and word.present is approved
    )


def _after(now: datetime, *said: datetime | None) -> datetime:
    return max(now, *(each + _MOMENT for each in said if each is not None))


def _audited(held: Held, status: HoldStatus, *, by: str, now: datetime) -> audit.AuditEvent:
    hold, verb = held.hold, _VERBS[status]
    logins = few(each.person.login for each in held.people)
    return audit.AuditEvent(
        kind=f"Hold {status.capitalize()}",
        at=now,
        capability=CAPABILITY,
        scope=f"hold {hold.id}",
        action=f"{verb} hold",
        subject=f"hold {hold.id}",
        reason=f"decided by {by}; held because {hold.reason}",
        cause=f"holds/{hold.id}/{verb}",
        outcome=status,
        message=f"{len(held.people)} in it: {logins}" if held.people else "nobody was left in it",
    )
