"""Reading untrusted JSON field by field, so that a malformed event is told where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from concierge.errors import MalformedEvent

Json = Mapping[str, Any]
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


def section(event: Json, name: str, *, path: str = "") -> Json:
    """The object in field `name`; raises MalformedEvent if it is missing or something else."""
    value = event.get(name)
    if not isinstance(value, Mapping):
        raise MalformedEvent(f"field {path}{name}: expected an object, found {_described(value)}")
    return value


def an_object(value: object) -> Json:
    """The value, if it is an object; raises MalformedEvent otherwise."""
    if not isinstance(value, Mapping):
        raise MalformedEvent(f"expected an object, found {_described(value)}")
    return value


def text(event: Json, name: str, *, path: str = "") -> str:
    """The non-empty string in field `name`; raises MalformedEvent otherwise."""
    value = event.get(name)
    if not isinstance(value, str) or not is_text(value):
        raise MalformedEvent(f"field {path}{name}: expected a non-empty string, found {_described(value)}")
    return value


def is_text(value: str) -> bool:
    """Whether there is more than blanks, and no half of a character: JSON may hold one, UTF-8 may not."""
    return bool(value.strip()) and not _SURROGATE.search(value)


def optional_text(event: Json, name: str, *, path: str = "") -> str:
    """The string in field `name`, empty if the field is missing or null; raises MalformedEvent for other types."""
    return "" if event.get(name) in (None, "") else text(event, name, path=path)


def instant(event: Json, name: str, *, path: str = "") -> datetime:
    """The RFC 3339 time with an offset in field `name`, as UTC; raises MalformedEvent otherwise."""
    value = text(event, name, path=path)
    parsed = moment(value)
    if parsed is None:
        raise MalformedEvent(f"field {path}{name}: expected a time such as 2026-03-02T10:15:30Z, found {value[:80]!r}")
    return parsed


def moment(value: str) -> datetime | None:
    """The RFC 3339 time, as UTC; the offset may lack its colon, as Samba writes it. None for anything else."""
    if not _RFC_3339.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # month 13; or the first day of year 1, which UTC may not have
        return None


def _described(value: object) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {str(value)[:80]!r}"
