"""From a raw event of any known source to changes: one pure function."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from concierge.directory.changes import Found, Ignored, MembershipChange, Unreadable
from concierge.directory.sources import (
    canonical,
    ds_data,
    entra_audit,
    entra_graph,
    identity_center,
    log_records,
    okta,
    samba_audit,
)
from concierge.errors import MalformedEvent

MAX_AHEAD = timedelta(minutes=5)  # more than clock skew: such a time would win over every later event


class Source(Protocol):
    """What a module of `directory.sources` offers."""

    def reads(self, event: Mapping[str, Any], /) -> bool:
        """Whether the event is one of this source."""

    def read(self, event: Mapping[str, Any], /, *, now: datetime) -> Found:
        """What it says; raises MalformedEvent where no retry can help."""


SOURCES: tuple[Source, ...] = (
    canonical,
    ds_data,
    identity_center,
    okta,
    log_records,
    samba_audit,
    entra_graph,
    entra_audit,
)


def read(event: Mapping[str, Any], *, now: datetime) -> Found:
    """What the event says, in its own order.

    Raises MalformedEvent where no retry can help: unknown source, missing or ill-typed field, time in the future. Of
    an event that carries many, such a one is `Unreadable` and takes no other with it.
    """
    source = next((each for each in SOURCES if each.reads(event)), None)
    if source is None:
        raise MalformedEvent(f"no adapter reads such an event: {_described(event)}")
    found = source.read(event, now=now)
    return tuple(_in_time(each, now, alone=len(found) == 1) for each in found)


def _in_time(
    each: MembershipChange | Ignored | Unreadable, now: datetime, *, alone: bool
) -> MembershipChange | Ignored | Unreadable:
    if not isinstance(each, MembershipChange) or each.occurred_at <= now + MAX_AHEAD:
        return each
    reason = f"the event's time {each.occurred_at.isoformat()} is more than 5 minutes ahead of {now.isoformat()}"
    if alone:
        raise MalformedEvent(reason)
    return Unreadable(source=each.source, dedupe_key=each.dedupe_key, reason=reason)


def _described(event: Mapping[str, Any]) -> str:
    detail = event.get("detail")
    called = detail.get("eventSource") if isinstance(detail, Mapping) else None
    return f"source {event.get('source')!r}, detail-type {event.get('detail-type')!r}, eventSource {called!r}"
