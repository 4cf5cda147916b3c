"""Items of the ledger table, whoever reads them: how times are written, and what the items of a person say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from sys import intern
from typing import Any

from concierge.holds import HeldRemoval, HoldStatus, RemovalKind
from concierge.model import Door, Membership, Person, PersonRecord, ProfileBinding

Item = Mapping[str, Any]


def time_text(time: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that times compare as text."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(item: Item, name: str) -> datetime:
    """A time that must be there."""
    return datetime.fromisoformat(item[name]["S"])


def optional_time(item: Item, name: str) -> datetime | None:
    """A time, or None if the item has none."""
    return time_of(item, name) if name in item else None


def nobody(item: Item) -> PersonRecord:
    """The record of somebody of whom nothing is known yet but this item's key."""
    return PersonRecord(person=Person(id=item["pk"]["S"].removeprefix("person#"), login="", directory=""))


def with_item(record: PersonRecord, item: Item) -> PersonRecord:
    """The record with what one more item of the person says."""
    kind, _, key = item["sk"]["S"].partition("#")
    match kind:
        case "member":
            return replace(record, memberships={**record.memberships, key: membership_of(item)})
        case "binding":
            return replace(record, bindings={**record.bindings, key: binding_of(item)})
        case "hold":
            return replace(record, held=held_of(item))
        case "standing":
            return replace(
                record,
                person=_person(record.person.id, item),
                is_known=True,
                disabled_at=optional_time(item, "disabled_at"),
                enabled_at=optional_time(item, "enabled_at"),
            )
        case _:
            return record  # of a later release


def _person(person_id: str, item: Item) -> Person:
    return Person(
        id=person_id,
        login=item["name"]["S"],
        directory=item["directory"]["S"],
        handle=item["handle"]["S"],
        named_at=optional_time(item, "named_at"),
        generation=int(item["generation"]["N"]),
    )


def membership_of(item: Item) -> Membership:
    """The last word about one group."""
    return Membership(
        group_id=item["sk"]["S"].removeprefix("member#"),
        group=item["group"]["S"],
        present=item["present"]["BOOL"],
        occurred_at=time_of(item, "occurred_at"),
    )


def held_of(item: Item) -> HeldRemoval:
    """That the person's removal waits."""
    return HeldRemoval(
        hold_id=item["hold_id"]["S"],
        kind=RemovalKind(item["kind"]["S"]),
        status=HoldStatus(item["status"]["S"]),
        at=time_of(item, "at"),
        group_ids=tuple(json.loads(item["group_ids"]["S"])),
    )


def binding_of(item: Item) -> ProfileBinding:
    """What a person has in a domain. Thousands of them share most of their texts, and so the memory for these."""
    return ProfileBinding(
        person_id=item["pk"]["S"].removeprefix("person#"),
        login=item["login"]["S"],
        domain=intern(item["domain"]["S"]),
        profile=item["profile"]["S"],
        persona=intern(item["persona"]["S"]),
        role=item["role"]["S"],
        tags={intern(key): intern(value) for key, value in json.loads(item["tags"]["S"]).items()},
        door=Door(item["door"]["S"]),
        fingerprint=item["fingerprint"]["S"],
        since=time_of(item, "since"),
        closed_at=optional_time(item, "closed_at"),
    )
