"""Studio's List operations: filters, order and pages."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from local.studio.refusals import Refused, invalid
from local.studio.resources import Kind, Resource, Row

_PAGE = 10  # MaxResults where a request has none (API reference); the service model holds the most, 100
_FILTERED_BY = {
    "AppTypeEquals": "StudioLifecycleConfigAppType",
    "CreationTimeAfter": "CreationTime",
    "CreationTimeBefore": "CreationTime",
    "ModifiedTimeAfter": "LastModifiedTime",
    "ModifiedTimeBefore": "LastModifiedTime",
}


def page_of(resources: Iterable[Resource], kind: Kind, request: Mapping[str, Any]) -> tuple[list[Row], str | None]:
    """A page of rows, and the token of the next one, None after the last."""
    if "UserProfileNameEquals" in request and "SpaceNameEquals" in request:
        raise invalid("UserProfileNameEquals and SpaceNameEquals cannot both be set.")
    rows = [each.row for each in resources if all(_fits(each, name, wanted) for name, wanted in request.items())]
    by = request.get("SortBy", "CreationTime")
    rows.sort(
        key=kind.called if by == "Name" else lambda row: row[by],
        reverse=request.get("SortOrder") == "Descending",
    )
    start = offset(request.get("NextToken"), "ValidationException")
    end = start + int(request.get("MaxResults", _PAGE))
    return rows[start:end], token(end) if end < len(rows) else None


def token(start: int) -> str:
    """The token of the page that starts there."""
    return b64encode(str(start).encode()).decode()


def offset(text: str | None, code: str) -> int:
    """Where the page of a token starts; refuses, with AWS's `code`, one that was never given."""
    if not text:
        return 0
    try:
        start = b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Refused(code, "The pagination token is not valid.") from error
    if not start.isdecimal():
        raise Refused(code, "The pagination token is not valid.")
    return int(start)


def _fits(resource: Resource, name: str, wanted: Any) -> bool:
    """Whether a resource passes one filter; what is no filter lets everything through."""
    row = resource.row
    if name.endswith("Contains"):
        return str(wanted).lower() in resource.kind.called(row).lower()
    if name.endswith("Equals"):
        value = row.get(_FILTERED_BY.get(name, name.removesuffix("Equals")))
        return value is not None and str(value).lower() == str(wanted).lower()
    if name.endswith("After"):
        return bool(row[_FILTERED_BY[name]] > _moment(wanted))
    if name.endswith("Before"):
        return bool(row[_FILTERED_BY[name]] < _moment(wanted))
    return True


def _moment(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
