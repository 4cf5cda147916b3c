"""What the adapters of the ledger table share: how times are written, and reading many items at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from concierge.aws.errors import translated
from concierge.errors import Throttled

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
Key = Mapping[str, Mapping[str, str]]
_MOST_KEYS = 100  # of one BatchGetItem (API reference)


def time_text(time: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that times compare as text."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(item: Item, name: str) -> datetime:
    """A time that must be there."""
    return datetime.fromisoformat(item[name]["S"])


def optional_time(item: Item, name: str) -> datetime | None:
    """A time, or None if the item has none."""
    return time_of(item, name) if name in item else None


def batch_get(client: DynamoDBClient, table: str, keys: Sequence[Key]) -> Iterator[Item]:
    """The items that exist, in no order; raises Throttled if DynamoDB leaves keys unread."""
    for start in range(0, len(keys), _MOST_KEYS):
        wanted = {"Keys": list(keys[start : start + _MOST_KEYS]), "ConsistentRead": True}
        with translated("dynamodb:BatchGetItem"):
            answer = client.batch_get_item(RequestItems={table: wanted})  # type: ignore[dict-item]  # built as it says
        if answer["UnprocessedKeys"]:
            raise Throttled("dynamodb:BatchGetItem", "UnprocessedKeys", "DynamoDB did not read all keys")
        yield from answer["Responses"].get(table, ())
