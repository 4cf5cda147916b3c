"""The part of the ledger table that counts removals and keeps those that wait for an administrator.

Items (pk, sk):
    removals#<kind>, <time>#<person id>   groups; expires by TTL after a day
    holds, <id>                           kind, reason, opened_at, status, decided_by, decided_at
    person#<id>, hold                     hold_id, kind, status, at, group_ids; index by_set under hold#<hold id>
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.aws.items import Item, optional_time, time_of, time_text
from concierge.aws.ledger import DynamoLedger
from concierge.errors import AlreadyExists
from concierge.holds import HeldRemoval, Hold, HoldStatus, RemovalKind
from concierge.model import Membership, Person

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_COUNTED_FOR = timedelta(days=1)  # the longest window that a catalog can ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoHolds:
    """`directory.ports.HoldLedger` in the ledger table, and the decisions of administrators."""

    client: DynamoDBClient
    table: str

    def note_removal(self, kind: RemovalKind, person: Person, group_ids: Iterable[str], *, at: datetime) -> None:
        """PutItem under the removal's time; a repeated one only moves the time on."""
        item: dict[str, Any] = {
            "pk": {"S": f"removals#{kind}"},
            "sk": {"S": f"{time_text(at)}#{person.id}"},
            "groups": {"S": json.dumps(sorted(group_ids))},
            "expires_at": {"N": str(int((at + _COUNTED_FOR).timestamp()))},
        }
        with translated("dynamodb:PutItem"):
            self.client.put_item(TableName=self.table, Item=item)

    def recent_removals(self, kind: RemovalKind, *, since: datetime) -> Mapping[str, frozenset[str]]:
        """One Query, whatever came since; consistent, so that a removal sees itself."""
        found: dict[str, frozenset[str]] = {}
        condition = "pk = :pk AND sk >= :since"
        for item in self._query(condition, {":pk": f"removals#{kind}", ":since": time_text(since)}):
            person_id = item["sk"]["S"].partition("#")[2]
            found[person_id] = found.get(person_id, frozenset()) | frozenset(json.loads(item["groups"]["S"]))
        return found

    def holds(self) -> tuple[Hold, ...]:
        """Every hold that there ever was, the oldest first."""
        found = (_hold(item) for item in self._query("pk = :pk", {":pk": "holds"}))
        return tuple(sorted(found, key=lambda each: (each.opened_at, each.id)))

    def pending_hold(self, kind: RemovalKind) -> Hold | None:
        """The latest of this kind that nobody has decided on."""
        waiting = [each for each in self.holds() if each.kind is kind and each.status is HoldStatus.PENDING]
        return waiting[-1] if waiting else None

    def open_hold(self, hold: Hold) -> None:
        """Raises AlreadyExists if there is one of that id."""
        with translated("dynamodb:PutItem"):
            self.client.put_item(TableName=self.table, Item=_item(hold), ConditionExpression="attribute_not_exists(pk)")

    def decide(self, hold: Hold) -> None:
        """Writes an administrator's decision; raises AlreadyExists if somebody decided otherwise meanwhile."""
        with translated("dynamodb:PutItem"):
            self.client.put_item(
                TableName=self.table,
                Item=_item(hold),
                ConditionExpression="#status = :pending OR #status = :same",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={
                    ":pending": {"S": HoldStatus.PENDING},
                    ":same": {"S": hold.status},
                },
            )

    def hold(self, person: Person, removal: HeldRemoval) -> bool:
        """Conditional PutItem, so that a removal keeps the time at which it was first held."""
        item: dict[str, Any] = {
            "pk": {"S": f"person#{person.id}"},
            "sk": {"S": "hold"},
            "set": {"S": f"hold#{removal.hold_id}"},
            "hold_id": {"S": removal.hold_id},
            "kind": {"S": removal.kind},
            "status": {"S": removal.status},
            "at": {"S": time_text(removal.at)},
            "group_ids": {"S": json.dumps(removal.group_ids)},
        }
        try:
            with translated("dynamodb:PutItem"):
                self.client.put_item(
                    TableName=self.table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk) OR hold_id <> :hold OR #status <> :status",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={":hold": item["hold_id"], ":status": item["status"]},
                )
        except AlreadyExists:
            return False
        return True

    def release(self, person: Person) -> None:
        """As `DynamoLedger.release`."""
        self._ledger.release(person)

    def members_of(self, group_id: str) -> Mapping[str, Membership]:
        """As `DynamoLedger.members_of`."""
        return self._ledger.members_of(group_id)

    @property
    def _ledger(self) -> DynamoLedger:
        return DynamoLedger(client=self.client, table=self.table)

    def _query(self, condition: str, values: Mapping[str, str]) -> Iterator[Item]:
        with translated("dynamodb:Query"):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.table,
                KeyConditionExpression=condition,
                ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
                ConsistentRead=True,
            )
            for page in pages:
                yield from page["Items"]


def _item(hold: Hold) -> dict[str, Any]:
    decided = {"decided_at": {"S": time_text(hold.decided_at)}} if hold.decided_at else {}
    return {
        "pk": {"S": "holds"},
        "sk": {"S": hold.id},
        "kind": {"S": hold.kind},
        "reason": {"S": hold.reason},
        "opened_at": {"S": time_text(hold.opened_at)},
        "status": {"S": hold.status},
        "decided_by": {"S": hold.decided_by},
        **decided,
    }


def _hold(item: Item) -> Hold:
    return Hold(
        id=item["sk"]["S"],
        kind=RemovalKind(item["kind"]["S"]),
        reason=item["reason"]["S"],
        opened_at=time_of(item, "opened_at"),
        status=HoldStatus(item["status"]["S"]),
        decided_by=item["decided_by"]["S"],
        decided_at=optional_time(item, "decided_at"),
    )
