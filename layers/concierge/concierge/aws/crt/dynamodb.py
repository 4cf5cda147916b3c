"""The ledger table over the AWS Common Runtime; items are as DynamoDB has them on the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from concierge.aws.crt.service import Service
from concierge.errors import NotFound

_TARGET = "DynamoDB_20120810"
_VERSION = "1.0"

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; every key is (pk, sk)."""

    service: Service
    name: str

    def put(self, item: Item, **condition: object) -> None:
        """PutItem; raises AlreadyExists if a condition does not hold."""
        self._call("PutItem", {"Item": item, **condition})

    def get(self, pk: str, sk: str) -> Item:
        """A consistent GetItem; raises NotFound if there is none."""
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found = self._call("GetItem", {"Key": key, "ConsistentRead": True})
        if "Item" not in found:
            raise NotFound("dynamodb:GetItem", "NoItem", f"there is no item {sk}")
        item: Item = found["Item"]
        return item

    def query(self, **arguments: object) -> Iterator[Item]:
        """Query, all its pages."""
        start: Mapping[str, object] = {}
        while True:
            page = self._call("Query", {**arguments, **start})
            yield from page["Items"]
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _call(self, operation: str, payload: Mapping[str, object]) -> Any:
        return self.service.json(_TARGET, operation, {"TableName": self.name, **payload}, version=_VERSION)
