"""DynamoDB: tables with the keys `pk` and `sk`, which are there as soon as somebody names them.

Conditions of writes are not looked at: every write succeeds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from benchmarks.night.conditions import Item, key_conditions, plain, projected, refused, updated
from benchmarks.night.messages import Json

_PAGE = 1 << 20  # bytes that one Query or Scan reads (API reference)
_MOST_READ, _MOST_WRITTEN = 100, 25  # items of BatchGetItem and BatchWriteItem
_SORTED_BY = {"by_login": "domain", "by_domain": "profile"}  # sort keys of indexes in template.yaml; of others: pk
_UNKNOWN = ("FilterExpression", "QueryFilter", "ScanFilter", "KeyConditions", "Select", "Segment")

Table = dict[Any, dict[Any, Item]]  # pk → sk → item


class Tables:
    """Each operation takes its input and gives its output; raises Refused."""

    def __init__(self) -> None:
        self._tables: defaultdict[str, Table] = defaultdict(dict)
        self.operations: Mapping[str, Callable[[Json], Json]] = {
            "Query": self._query,
            "Scan": self._scan,
            "GetItem": self._get,
            "BatchGetItem": self._batch_get,
            "PutItem": self._put,
            "BatchWriteItem": self._batch_write,
            "UpdateItem": self._update,
            "DeleteItem": self._delete,
        }

    def clear(self) -> None:
        """Forgets every item."""
        self._tables.clear()

    def put_all(self, items: Mapping[str, Iterable[Item]]) -> int:
        """Puts items by table; returns how many."""
        count = 0
        for table, every in items.items():
            for item in every:
                self._store(table, item)
                count += 1
        return count

    def _query(self, asked: Json) -> Json:
        equality, others = key_conditions(asked)
        table = self._tables[asked["TableName"]]
        if "IndexName" in asked:
            rows = [item for part in table.values() for item in part.values() if equality.holds(item)]
        else:
            rows = list(table.get(plain(equality.value), {}).values())
        return _page(asked, [item for item in rows if all(each.holds(item) for each in others)])

    def _scan(self, asked: Json) -> Json:
        return _page(asked, [item for part in self._tables[asked["TableName"]].values() for item in part.values()])

    def _get(self, asked: Json) -> Json:
        item = self._at(asked["TableName"], asked["Key"])
        return {"Item": projected(item, asked)} if item is not None else {}

    def _batch_get(self, asked: Json) -> Json:
        _check_count(sum(len(of["Keys"]) for of in asked["RequestItems"].values()), _MOST_READ)
        found = {
            table: [projected(item, of) for key in of["Keys"] if (item := self._at(table, key)) is not None]
            for table, of in asked["RequestItems"].items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def _put(self, asked: Json) -> Json:
        self._store(asked["TableName"], asked["Item"])
        return {}

    def _batch_write(self, asked: Json) -> Json:
        _check_count(sum(map(len, asked["RequestItems"].values())), _MOST_WRITTEN)
        for table, writes in asked["RequestItems"].items():
            for write in writes:
                if "PutRequest" in write:
                    self._store(table, write["PutRequest"]["Item"])
                else:
                    self._remove(table, write["DeleteRequest"]["Key"])
        return {"UnprocessedItems": {}}

    def _update(self, asked: Json) -> Json:
        item = updated(self._at(asked["TableName"], asked["Key"]) or dict(asked["Key"]), asked)
        self._store(asked["TableName"], item)
        return {"Attributes": item} if asked.get("ReturnValues") == "ALL_NEW" else {}

    def _delete(self, asked: Json) -> Json:
        self._remove(asked["TableName"], asked["Key"])
        return {}

    def _at(self, table: str, key: Item) -> Item | None:
        pk, sk = _key(key)
        return self._tables[table].get(pk, {}).get(sk)

    def _store(self, table: str, item: Item) -> None:
        pk, sk = _key(item)
        self._tables[table].setdefault(pk, {})[sk] = item

    def _remove(self, table: str, key: Item) -> None:
        pk, sk = _key(key)
        self._tables[table].get(pk, {}).pop(sk, None)


def _key(item: Item) -> tuple[Any, Any]:
    """A table without a sort key is one whose items have none."""
    if "pk" not in item:
        raise refused("One of the required keys was not given a value")
    return plain(item["pk"]), plain(item["sk"]) if "sk" in item else ""


def _page(asked: Json, rows: list[Item]) -> Json:
    """From ExclusiveStartKey on, until Limit, or until what was read is 1 MB."""
    for name in _UNKNOWN:
        if name in asked:
            raise refused(f"{name} is not known here")
    sort_key = _SORTED_BY.get(asked.get("IndexName", ""), "pk")

    def order(item: Item) -> tuple[Any, ...]:
        return (plain(item[sort_key]) if sort_key in item else "", *_key(item))

    backwards = asked.get("ScanIndexForward") is False
    rows.sort(key=order, reverse=backwards)
    if "ExclusiveStartKey" in asked:
        start = order(asked["ExclusiveStartKey"])
        rows = [item for item in rows if (order(item) < start if backwards else order(item) > start)]
    size = count = 0
    for item in rows:
        size, count = size + _size({"M": item}), count + 1
        if size >= _PAGE or count == asked.get("Limit"):
            break
    answer = {"Items": [projected(item, asked) for item in rows[:count]], "Count": count, "ScannedCount": count}
    if count < len(rows) or (count and count == asked.get("Limit")):
        names = ("pk", "sk", sort_key)
        answer["LastEvaluatedKey"] = {name: value for name, value in rows[count - 1].items() if name in names}
    return answer


def _check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise refused(f"1 to {most} items, not {count}")


def _size(value: Mapping[str, Any]) -> int:
    """Bytes, by "DynamoDB item sizes and formats" (developer guide); binary values at their length in base64."""
    ((kind, content),) = value.items()
    match kind:
        case "M":
            return 3 + sum(len(name.encode()) + _size(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + _size(each) for each in content)
        case "SS" | "NS" | "BS":
            return sum(_size({kind[0]: each}) for each in content)
        case "N":
            return len(content) // 2 + 2
        case "BOOL" | "NULL":
            return 1
        case _:
            return len(content.encode())
