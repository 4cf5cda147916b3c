"""The few expressions of DynamoDB that the night uses; what is not understood is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.night.messages import Json, Refused

Item = dict[str, Any]  # attributes as DynamoDB types them: {"pk": {"S": "person#1"}}

_COMPARISON = re.compile(r"(?P<name>#?\w+)\s*(?P<sign>=|<=|>=|<|>)\s*(?P<value>:\w+)")
_BEGINNING = re.compile(r"begins_with\s*\(\s*(?P<name>#?\w+)\s*,\s*(?P<value>:\w+)\s*\)")
_AND = re.compile(r"\s+AND\s+", re.IGNORECASE)
_CLAUSES = re.compile(r"\s*\b(SET|REMOVE)\b\s*")
_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda own, given: bool(own == given),
    "<": lambda own, given: bool(own < given),
    "<=": lambda own, given: bool(own <= given),
    ">": lambda own, given: bool(own > given),
    ">=": lambda own, given: bool(own >= given),
    "begins_with": lambda own, given: bool(own.startswith(given)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison of an attribute; `sign` is a key of the tests above, `value` typed as DynamoDB does."""

    name: str
    sign: str
    value: Any

    def holds(self, item: Item) -> bool:
        """An item without the attribute fails, whatever is asked of it."""
        return self.name in item and _TESTS[self.sign](plain(item[self.name]), plain(self.value))


def key_conditions(asked: Json) -> tuple[Condition, tuple[Condition, ...]]:
    """The equality of a KeyConditionExpression, and what else it says. Raises Refused."""
    text = asked.get("KeyConditionExpression", "")
    found = tuple(_condition(part, asked) for part in _AND.split(text.strip()))
    equalities = [each for each in found if each.sign == "="]
    if not equalities:
        raise refused(f"KeyConditionExpression {text!r} has no equality")
    return equalities[0], tuple(each for each in found if each is not equalities[0])


def updated(item: Item, asked: Json) -> Item:
    """The item after an UpdateExpression of `SET name = :value` and `REMOVE name`. Raises Refused."""
    new, (start, *clauses) = dict(item), _CLAUSES.split(asked.get("UpdateExpression", "").strip())
    if start:
        raise refused(f"UpdateExpression {start!r} is not known here")
    for verb, text in zip(clauses[::2], clauses[1::2], strict=True):
        for part in text.split(","):
            if verb == "REMOVE":
                new.pop(_name(part.strip(), asked), None)
                continue
            condition = _condition(part, asked)
            new[condition.name] = condition.value
    return new


def projected(item: Item, asked: Json) -> Item:
    """The attributes that a ProjectionExpression of plain names leaves."""
    if "ProjectionExpression" not in asked:
        return item
    names = [_name(each.strip(), asked) for each in asked["ProjectionExpression"].split(",")]
    return {name: item[name] for name in names if name in item}


def plain(value: Mapping[str, Any]) -> Any:
    """The value of a key or of another attribute that can be compared: text, number, bytes in base64, or truth."""
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else content


def refused(message: str) -> Refused:
    """The code of whatever DynamoDB cannot read."""
    return Refused("ValidationException", message)


def _condition(text: str, asked: Json) -> Condition:
    match = _COMPARISON.fullmatch(text.strip()) or _BEGINNING.fullmatch(text.strip())
    values = asked.get("ExpressionAttributeValues", {})
    if match is None or match["value"] not in values:
        raise refused(f"{text!r} is not known here, or its value is missing")
    sign = match.groupdict().get("sign") or "begins_with"
    return Condition(name=_name(match["name"], asked), sign=sign, value=values[match["value"]])


def _name(text: str, asked: Json) -> str:
    name: str = asked.get("ExpressionAttributeNames", {}).get(text, text)
    if not re.fullmatch(r"[\w-]+", name):
        raise refused(f"the name {text!r} is not known here")
    return name
