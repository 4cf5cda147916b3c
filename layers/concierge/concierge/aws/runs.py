"""The part of the ledger table that remembers which run of a schedule is the newest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.aws.items import time_of, time_text

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoRuns:
    """`night.runs.Runs`: one item for each schedule, `night#<schedule>`, `newest`."""

    client: DynamoDBClient
    table: str

    def claim(self, schedule: str, now: datetime) -> None:
        """Conditional PutItem; raises AlreadyExists if a later run has begun."""
        due = {"S": time_text(now)}
        with translated("dynamodb:PutItem"):
            self.client.put_item(
                TableName=self.table,
                Item={**_key(schedule), "due": due},
                ConditionExpression="attribute_not_exists(pk) OR due <= :due",
                ExpressionAttributeValues={":due": due},
            )

    def newest(self, schedule: str) -> datetime | None:
        """One consistent GetItem; None if no run ever began."""
        with translated("dynamodb:GetItem"):
            answer = self.client.get_item(TableName=self.table, Key=_key(schedule), ConsistentRead=True)
        item = answer.get("Item")
        return None if item is None else time_of(item, "due")


def _key(schedule: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"night#{schedule}"}, "sk": {"S": "newest"}}
