"""The part of the ledger table that knows who is who: one item per key of a person or group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.directory.identity import Alias, AliasWrite, Resolution
from concierge.errors import Throttled

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoAliases:
    """`directory.intake.Aliases` in the ledger table."""

    client: DynamoDBClient
    table: str

    def find(self, keys: Sequence[str]) -> Mapping[str, Alias]:
        """One consistent BatchGetItem; raises Throttled if DynamoDB leaves keys unread."""
        wanted = [{"pk": {"S": f"alias#{key}"}, "sk": {"S": "alias"}} for key in keys]
        with translated("dynamodb:BatchGetItem"):
            answer = self.client.batch_get_item(RequestItems={self.table: {"Keys": wanted, "ConsistentRead": True}})
        if answer["UnprocessedKeys"]:
            raise Throttled("dynamodb:BatchGetItem", "UnprocessedKeys", "DynamoDB did not read all keys")
        return {alias.key: alias for alias in map(_alias, answer["Responses"].get(self.table, ()))}

    def write(self, resolution: Resolution) -> None:
        """All or none; raises AlreadyExists if any of the aliases is not as it was read."""
        with translated("dynamodb:TransactWriteItems"):
            self.client.transact_write_items(TransactItems=[{"Put": self._put(write)} for write in resolution.writes])

    def _put(self, write: AliasWrite) -> PutTypeDef:
        item = _item(write.alias)
        if write.replaces is None:
            return {
                "TableName": self.table,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        return {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": "#owner = :owner AND generation = :generation",
            "ExpressionAttributeNames": {"#owner": "owner"},
            "ExpressionAttributeValues": {
                ":owner": {"S": write.replaces.owner},
                ":generation": {"N": str(write.replaces.generation)},
            },
        }


def _item(alias: Alias) -> dict[str, Any]:
    known = {"known": {"SS": sorted(alias.known)}} if alias.known else {}  # DynamoDB has no empty set
    return {
        "pk": {"S": f"alias#{alias.key}"},
        "sk": {"S": "alias"},
        "owner": {"S": alias.owner},
        "generation": {"N": str(alias.generation)},
        **known,
    }


def _alias(item: Mapping[str, Any]) -> Alias:
    return Alias(
        key=item["pk"]["S"].removeprefix("alias#"),
        owner=item["owner"]["S"],
        generation=int(item["generation"]["N"]),
        known=frozenset(item["known"]["SS"] if "known" in item else ()),
    )
