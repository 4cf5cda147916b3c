"""A reading of a directory compared with the ledger. Pure.

Only what was read completely says who is not in it, and only a ledger's word that is older than the reading can be
wrong: what was heard while a directory's servers still told each other of it is left to the next reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.model import Membership, Person, PersonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A person as a reading saw them, met in the ledger."""

    person: Person
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSeen:
    """A group that was read completely, met in the ledger: its people by person id.

    former: id of another group that had the name before, and is gone: deleted and made anew. "" if there was none.
    """

    id: str
    name: str
    people: Mapping[str, Seen] = field(default_factory=dict)
    former: str = ""

    @property
    def before(self) -> GroupSeen:
        """The former group, in which nobody is any more."""
        return GroupSeen(id=self.former, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """When a directory was read, for the times of what follows from it.

    started_at: before the first question.
    settled_at: words of the ledger that are later are left alone; `started_at` less what replication may take.
    cause:      what the audit names.
    """

    started_at: datetime
    settled_at: datetime
    cause: str

    def change(self, kind: Kind, person: Person, group: GroupSeen | None = None) -> PersonChange:
        """What follows for a person, as of the reading."""
        return PersonChange(
            kind=kind,
            person=person,
            occurred_at=self.started_at,
            cause=self.cause,
            group_id=group.id if group else "",
            group=group.name if group else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What follows from a comparison; `unsettled` if something is too fresh to be believed either way."""

    changes: tuple[PersonChange, ...] = ()
    unsettled: bool = False


def membership_drift(
    group: GroupSeen,
    words: Mapping[str, Membership],
    records: Mapping[str, PersonRecord],
    reading: Reading,
) -> Compared:
    """ADD for whom the ledger does not know in the group, REMOVE for whom the group does not have.

    words:   the ledger's last word about the group, by person id: of all its members, and of all who were seen.
    records: of the ledger's members, by person id.
    """
    coming = [
        reading.change(Kind.ADD, seen.person, group)
        for person_id, seen in group.people.items()
        if person_id not in words or not words[person_id].present
    ]
    leaving = [
        reading.change(Kind.REMOVE, records[person_id].person, group)
        for person_id, word in words.items()
        if word.present and person_id not in group.people and person_id in records
    ]
    return _settled([*coming, *leaving], {each: word.occurred_at for each, word in words.items()}, reading)


def standing_drift(people: Mapping[str, Seen], records: Mapping[str, PersonRecord], reading: Reading) -> Compared:
    """DISABLE, ENABLE and RENAME for whom the ledger has another standing or login id; strangers are enabled."""
    said = {
        person_id: latest
        for person_id, record in records.items()
        if (latest := max((each for each in (record.disabled_at, record.enabled_at) if each), default=None))
    }
    turned = [
        reading.change(Kind.ENABLE if seen.enabled else Kind.DISABLE, seen.person)
        for person_id, seen in people.items()
        if seen.enabled is not (person_id not in records or records[person_id].is_enabled)
    ]
    renamed = tuple(
        reading.change(Kind.RENAME, seen.person)
        for person_id, seen in people.items()
        if person_id in records and records[person_id].person.login != seen.person.login
    )
    compared = _settled(turned, said, reading)
    return replace(compared, changes=compared.changes + renamed)


def _settled(changes: Sequence[PersonChange], said: Mapping[str, datetime], reading: Reading) -> Compared:
    """The changes about which the ledger's own word is old enough to be wrong."""
    kept = tuple(each for each in changes if each.person.id not in said or said[each.person.id] < reading.settled_at)
    return Compared(changes=kept, unsettled=len(kept) < len(changes))
