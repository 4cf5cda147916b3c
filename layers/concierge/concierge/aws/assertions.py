"""The part of the ledger table that remembers used assertions: one item each, `assertion#<key>`, `used`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from concierge.aws.errors import translated

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoUsedAssertions:
    """`login.ports.UsedAssertions` in the ledger table."""

    client: DynamoDBClient
    table: str

    def use(self, key: str, *, keep_until: datetime) -> None:
        """One conditional PutItem; raises AlreadyExists if the item is there, expired or not.

        A retry after a lost answer also raises: somebody logs in once more, and nobody logs in twice.
        """
        with translated("dynamodb:PutItem"):
            self.client.put_item(
                TableName=self.table,
                Item={
                    "pk": {"S": f"assertion#{key}"},
                    "sk": {"S": "used"},
                    "expires_at": {"N": str(int(keep_until.timestamp()))},
                },
                ConditionExpression="attribute_not_exists(pk)",
            )
