"""Marked YAML -> plain JSON values, and where each of them stands."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from concierge.catalog.problems import Found, Path
from concierge.catalog.yaml_nodes import Mapping, Mark, Scalar, Sequence, Value

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_OTHER_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0[xob][0-9A-Fa-f_]+")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Plain:
    """What a file holds as JSON values; the place of every path; the mistakes that only the spelling shows."""

    root: Any = None
    places: dict[Path, Mark] = field(default_factory=dict)
    mistakes: list[Found] = field(default_factory=list)


def plain(value: Value) -> Plain:
    """Unquoted words mean what YAML 1.2 says, as they do to editors with the JSON Schema: `no` and `on` are text.

    A fraction such as 0.05 stays exact, as a Decimal. Readers of YAML disagree about numbers such as 012345678901 and
    1e3: those are mistakes.
    """
    found = Plain()
    found.root = _plain(value, (), found)
    return found


def _plain(value: Value, path: Path, found: Plain) -> Any:
    found.places.setdefault(path, value.mark)
    match value:
        case Scalar():
            return _scalar(value, path, found)
        case Sequence():
            return [_plain(item, (*path, index), found) for index, item in enumerate(value.items)]
        case Mapping():
            return _mapping(value, path, found)


def _mapping(value: Mapping, path: Path, found: Plain) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for entry in value.entries:
        key = (*path, entry.key)
        if entry.key in values:
            found.places[key] = entry.mark
            found.mistakes.append((key, "this key is there twice", "remove one of them"))
        found.places.setdefault(key, entry.mark)
        values[entry.key] = _plain(entry.value, key, found)
    return values


def _scalar(value: Scalar, path: Path, found: Plain) -> str | int | Decimal | bool | None:
    text = value.text
    if any(unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in text):
        found.mistakes.append((path, "holds a line break or a control character", "write it on one line"))
    if value.quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text):
        return Decimal(text)
    if _OTHER_NUMBER.fullmatch(text):
        remedy = "put text in quotes; write numbers without leading zeros, signs and exponents"
        found.mistakes.append((path, f"{text[:40]} is a number to some readers of YAML and text to others", remedy))
    return text
