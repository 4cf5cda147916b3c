"""From a raw event of any known source to changes: one pure function."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from concierge.directory import canonical, ds_data
from concierge.directory.changes import Ignored, MembershipChange
from concierge.directory.fields import section, text
from concierge.errors import MalformedEvent

MAX_AHEAD = timedelta(minutes=5)  # more than clock skew: such a time would win over every later event


def read(event: Mapping[str, Any], *, now: datetime) -> tuple[MembershipChange | Ignored, ...]:
    """What the event says, in its own order.

    Raises MalformedEvent where no retry can help: unknown source, missing or ill-typed field, time in the future.
    """
    found = _by_source(event)
    for each in found:
        if isinstance(each, MembershipChange) and each.occurred_at > now + MAX_AHEAD:
            raise MalformedEvent(
                f"the event's time {each.occurred_at.isoformat()} is more than 5 minutes ahead of {now.isoformat()}"
            )
    return found


def _by_source(event: Mapping[str, Any]) -> tuple[MembershipChange | Ignored, ...]:
    detail_type = text(event, "detail-type")
    if detail_type.startswith("directory."):
        return canonical.read(event)
    if detail_type == "AWS API Call via CloudTrail":
        called = text(section(event, "detail"), "eventSource", path="detail.")
        if called in ds_data.EVENT_SOURCES:
            return ds_data.read(event)
        raise MalformedEvent(f"field detail.eventSource: no adapter for {called!r}")
    raise MalformedEvent(f"field detail-type: no adapter for {detail_type!r}")
