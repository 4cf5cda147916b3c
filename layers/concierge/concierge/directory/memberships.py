"""What a change does to what is known about a person: the last word by the source's own time wins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from concierge.directory.changes import Kind
from concierge.directory.fields import instant, optional_text, text
from concierge.errors import MalformedEvent
from concierge.model import Membership, Person, PersonRecord

_NEVER = datetime.min.replace(tzinfo=UTC)
MEMBERSHIP_KINDS = frozenset({Kind.ADD, Kind.REMOVE})  # the kinds that concern one group, not the whole person


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """A membership change whose person and group are resolved; the message on the queue.

    cause:   the source and its own id of the event, for the audit.
    verify:  for LOOK: look at AWS even where the ledger says that the desired state was reached.
    attempt: how often the person was looked at for this cause already, because AWS was not ready.
    """

    kind: Kind
    person: Person
    occurred_at: datetime
    cause: str
    group_id: str = ""
    group: str = ""
    verify: bool = False
    attempt: int = 0

    @property
    def again(self) -> PersonChange:
        """The same cause once more: what it said is in the ledger by now, so that only a look is left to do."""
        return replace(self, kind=Kind.LOOK, group_id="", group="", attempt=self.attempt + 1)

    def to_json(self) -> str:
        """The message body; `from_json` reads it back."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), default=datetime.isoformat)


def from_json(body: str) -> PersonChange:
    """Raises MalformedEvent, naming the field, for anything that `PersonChange.to_json` did not write."""
    try:
        fields = json.loads(body)
        person = fields["person"]
        return PersonChange(
            kind=Kind(text(fields, "kind")),
            person=Person(
                id=text(person, "id", path="person."),
                login=text(person, "login", path="person."),
                directory=text(person, "directory", path="person."),
                handle=optional_text(person, "handle", path="person."),
                named_at=instant(person, "named_at", path="person.") if person.get("named_at") else None,
                generation=int(person["generation"]),
            ),
            occurred_at=instant(fields, "occurred_at"),
            cause=text(fields, "cause"),
            group_id=optional_text(fields, "group_id"),
            group=optional_text(fields, "group"),
            verify=bool(fields.get("verify", False)),
            attempt=int(fields.get("attempt", 0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MalformedEvent(f"not a message of the membership queue: {error!r}") from error


def record(known: PersonRecord, change: PersonChange) -> PersonRecord:
    """The record with the change in it, or the same record if a later word is known already.

    Of two words with the same time the removal wins: keeping somebody out by mistake is mended by the next event,
    letting somebody in is not.
    """
    person = latest_name(known.person, change.person)
    known = known if person is known.person else replace(known, person=person)
    match change.kind:
        case Kind.ADD | Kind.REMOVE:
            membership = Membership(
                group_id=change.group_id,
                group=change.group,
                present=change.kind is Kind.ADD,
                occurred_at=change.occurred_at,
            )
            if not _is_news(membership, known.memberships.get(change.group_id)):
                return known
            return replace(known, memberships={**known.memberships, change.group_id: membership})
        case Kind.DISABLE | Kind.DELETE:
            latest = _later(known.disabled_at, change.occurred_at)
            return known if latest == known.disabled_at else replace(known, disabled_at=latest)
        case Kind.ENABLE:
            latest = _later(known.enabled_at, change.occurred_at)
            return known if latest == known.enabled_at else replace(known, enabled_at=latest)
        case Kind.RENAME | Kind.LOOK | Kind.RESYNC:
            return known
    assert_never(change.kind)


def latest_name(known: Person, told: Person) -> Person:
    """The person under the login that the directory gave last; of equal times the smaller, so that order is nothing.

    A name without a time is older than any with one. The handle stays what it was.
    """
    if known.login == told.login:
        return known
    before, now = known.named_at or _NEVER, told.named_at or _NEVER
    if now < before or (now == before and known.login < told.login):
        return known
    return replace(known, login=told.login, named_at=told.named_at, handle=known.first_login)


def present_groups(known: PersonRecord) -> tuple[str, ...]:
    """The names of the groups that count now: none for a disabled person."""
    return _groups(known.memberships, present=True) if known.is_enabled else ()


def former_groups(known: PersonRecord) -> tuple[str, ...]:
    """The names of groups that once counted and do not now."""
    left = _groups(known.memberships, present=False)
    return left if known.is_enabled else left + _groups(known.memberships, present=True)


def _groups(memberships: Mapping[str, Membership], *, present: bool) -> tuple[str, ...]:
    return tuple(sorted(each.group for each in memberships.values() if each.present is present))


def _is_news(new: Membership, old: Membership | None) -> bool:
    if old is None or new.occurred_at > old.occurred_at:
        return True
    return new.occurred_at == old.occurred_at and old.present and not new.present


def _later(old: datetime | None, new: datetime) -> datetime:
    return new if old is None else max(old, new)
