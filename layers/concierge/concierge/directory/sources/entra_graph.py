"""Microsoft Entra ID: change notifications of groups from Microsoft Graph.

Source: "Receive change notifications through webhooks" and "Lifecycle notifications" (Microsoft Graph documentation).
A notification has neither a time nor a number: it counts from when it came. Whether it is genuine was checked before
(`directory.webhook`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from concierge.directory.changes import Found, Ignored, Kind, MembershipChange, Unreadable
from concierge.directory.fields import Json, an_object, section, text
from concierge.errors import MalformedEvent
from concierge.model import Identity

_SOURCE = "entra.graph-notification"
_LOST = ("missed", "subscriptionRemoved")


def reads(event: Json) -> bool:
    """A body as Graph posts it."""
    value = event.get("value")
    return isinstance(value, list) and any(isinstance(each, dict) and "subscriptionId" in each for each in value)


def read(event: Json, *, now: datetime) -> Found:
    """What each notification says; one that cannot be read takes no other with it."""
    return tuple(each for index, one in enumerate(event["value"]) for each in _notification(one, index, now))


def _notification(one: object, index: int, now: datetime) -> Iterator[MembershipChange | Ignored | Unreadable]:
    key = f"{one.get('subscriptionId', '')}/{index}" if isinstance(one, Mapping) else str(index)
    try:
        known = an_object(one)
        yield from _lifecycle(known, now) if "lifecycleEvent" in known else _members(known, now)
    except MalformedEvent as error:
        yield Unreadable(source=_SOURCE, dedupe_key=key, reason=f"field value[{index}]: {error}")


def _members(one: Json, now: datetime) -> tuple[MembershipChange | Ignored, ...]:
    subscription, tenant = text(one, "subscriptionId"), text(one, "tenantId")
    resource = section(one, "resourceData")
    group = Identity(directory=tenant, vendor_id=text(resource, "id", path="resourceData."))
    members = resource.get("members@delta")
    if members is None:
        key = f"{subscription}/{group.vendor_id}/{now.isoformat()}"
        return (Ignored(source=_SOURCE, dedupe_key=key, reason="nothing about members"),)
    if not isinstance(members, list) or not all(isinstance(each, dict) for each in members):
        raise MalformedEvent("resourceData.members@delta: expected a list of objects")
    return tuple(_member(each, group, subscription, now) for each in members)


def _member(each: Mapping[str, Any], group: Identity, subscription: str, now: datetime) -> MembershipChange:
    member = text(each, "id", path="resourceData.members@delta[].")
    kind = Kind.REMOVE if "@removed" in each else Kind.ADD
    return MembershipChange(
        kind=kind,
        source=_SOURCE,
        directory=group.directory,
        occurred_at=now,
        dedupe_key=f"{subscription}/{group.vendor_id}/{member}/{kind}/{now.isoformat()}",
        person=Identity(directory=group.directory, vendor_id=member),
        group=group,
    )


def _lifecycle(one: Json, now: datetime) -> tuple[MembershipChange | Ignored, ...]:
    what, subscription = text(one, "lifecycleEvent"), text(one, "subscriptionId")
    key = f"{subscription}/{what}/{now.isoformat()}"
    if what not in _LOST:
        reason = f"subscription {subscription}: {what}; renew it"
        return (Ignored(source=_SOURCE, dedupe_key=key, reason=reason),)
    return (
        MembershipChange(
            kind=Kind.RESYNC,
            source=_SOURCE,
            directory=text(one, "tenantId"),
            occurred_at=now,
            dedupe_key=key,
            reason=f"subscription {subscription}: {what}",
        ),
    )
