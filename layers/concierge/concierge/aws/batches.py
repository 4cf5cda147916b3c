"""Reading many items of the ledger table at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.aws.items import Item
from concierge.errors import Throttled

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Key = Mapping[str, Mapping[str, str]]
_MOST_KEYS = 100  # of one BatchGetItem (API reference)


def batch_get(client: DynamoDBClient, table: str, keys: Sequence[Key]) -> Iterator[Item]:
    """The items that exist, in no order; raises Throttled if DynamoDB leaves keys unread."""
    for start in range(0, len(keys), _MOST_KEYS):
        wanted = {"Keys": list(keys[start : start + _MOST_KEYS]), "ConsistentRead": True}
        with translated("dynamodb:BatchGetItem"):
            answer = client.batch_get_item(RequestItems={table: wanted})  # type: ignore[dict-item]  # built as it says
        if answer["UnprocessedKeys"]:
            raise Throttled("dynamodb:BatchGetItem", "UnprocessedKeys", "DynamoDB did not read all keys")
        yield from answer["Responses"].get(table, ())
