"""Marked YAML -> plain JSON values, and where each of them stands."""

from __future__ import annotations

import re
from typing import Any

from concierge.catalog.yaml_nodes import Mapping, Mark, Scalar, Sequence, Value

Path = tuple[str | int, ...]
Places = dict[Path, Mark]

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")


def plain(value: Value) -> tuple[Any, Places, list[Path]]:
    """The value as JSON would hold it, the place of every path, and the paths of keys that are there twice.

    An unquoted word is text, as people mean it: `no` stays "no". Only decimal numbers without a leading zero become
    numbers, so that an account id that was not quoted is told apart from a number of minutes.
    """
    places: Places = {}
    repeated: list[Path] = []
    return _plain(value, (), places, repeated), places, repeated


def _plain(value: Value, path: Path, places: Places, repeated: list[Path]) -> Any:
    places.setdefault(path, value.mark)
    match value:
        case Scalar():
            return _scalar(value)
        case Sequence():
            return [_plain(item, (*path, index), places, repeated) for index, item in enumerate(value.items)]
        case Mapping():
            for entry in value.repeated():
                repeated.append((*path, entry.key))
                places[(*path, entry.key)] = entry.mark
            found = {}
            for entry in value.entries:
                places.setdefault((*path, entry.key), entry.mark)
                found[entry.key] = _plain(entry.value, (*path, entry.key), places, repeated)
            return found


def _scalar(value: Scalar) -> str | int | None:
    if value.quoted:
        return value.text
    if value.tag == "null":
        return None
    return int(value.text) if _WHOLE.fullmatch(value.text) else value.text
