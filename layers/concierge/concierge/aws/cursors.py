"""The part of the ledger table that remembers how far a directory's changes were read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.directory.poller import Cursor

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoCursors:
    """`directory.poller.Cursors`: one item each, `cursor#<directory>`, `cursor`."""

    client: DynamoDBClient
    table: str

    def read(self, directory: str) -> Cursor:
        """One consistent GetItem."""
        key = {"pk": {"S": f"cursor#{directory}"}, "sk": {"S": "cursor"}}
        with translated("dynamodb:GetItem"):
            item = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        if item is None:
            return Cursor()
        return Cursor(cookie=item["cookie"]["B"], unsettled=tuple(json.loads(item["unsettled"]["S"])))

    def save(self, directory: str, cursor: Cursor, *, instead_of: Cursor) -> None:
        """Conditional PutItem; raises AlreadyExists if the table holds another cookie than `instead_of`."""
        item: dict[str, Any] = {
            "pk": {"S": f"cursor#{directory}"},
            "sk": {"S": "cursor"},
            "cookie": {"B": cursor.cookie or b""},
            "unsettled": {"S": json.dumps(cursor.unsettled)},
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if instead_of.cookie is not None:
            condition = {
                "ConditionExpression": "cookie = :former",
                "ExpressionAttributeValues": {":former": {"B": instead_of.cookie}},
            }
        with translated("dynamodb:PutItem"):
            self.client.put_item(TableName=self.table, Item=item, **condition)
