"""The part of the ledger table that knows who is who: one item per key of a person or group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from concierge.aws.batches import batch_get
from concierge.aws.errors import translated
from concierge.aws.items import optional_time, time_text
from concierge.directory.identity import Alias, AliasWrite, Resolution

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import PutTypeDef


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamoAliases:
    """`directory.intake.Aliases` in the ledger table."""

    client: DynamoDBClient
    table: str

    def find(self, keys: Iterable[str]) -> Mapping[str, Alias]:
        """Consistent BatchGetItem, a hundred keys a call; raises Throttled if DynamoDB leaves keys unread."""
        wanted = [{"pk": {"S": f"alias#{key}"}, "sk": {"S": "alias"}} for key in dict.fromkeys(keys)]
        found = map(_alias, batch_get(self.client, self.table, wanted))
        return {alias.key: alias for alias in found}

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
            "ConditionExpression": "#owner = :owner AND generation = :generation AND #name = :name",
            "ExpressionAttributeNames": {"#owner": "owner", "#name": "name"},
            "ExpressionAttributeValues": {
                ":owner": {"S": write.replaces.owner},
                ":generation": {"N": str(write.replaces.generation)},
                ":name": {"S": write.replaces.name},
            },
        }


def _item(alias: Alias) -> dict[str, Any]:
    known = {"known": {"SS": sorted(alias.known)}} if alias.known else {}  # DynamoDB has no empty set
    return {
        "pk": {"S": f"alias#{alias.key}"},
        "sk": {"S": "alias"},
        "owner": {"S": alias.owner},
        "generation": {"N": str(alias.generation)},
        "name": {"S": alias.name},
        "first_name": {"S": alias.first_name},
        "former": {"S": alias.former},
        **({"named_at": {"S": time_text(alias.named_at)}} if alias.named_at else {}),
        **known,
    }


def _alias(item: Mapping[str, Any]) -> Alias:
    return Alias(
        key=item["pk"]["S"].removeprefix("alias#"),
        owner=item["owner"]["S"],
        generation=int(item["generation"]["N"]),
        known=frozenset(item["known"]["SS"] if "known" in item else ()),
        name=item["name"]["S"],
        first_name=item["first_name"]["S"],
        named_at=optional_time(item, "named_at"),
        former=item["former"]["S"],
    )
