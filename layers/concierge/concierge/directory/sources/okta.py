"""Okta's system log through an EventBridge partner bus.

Sources: "Add an AWS EventBridge log stream" (Okta help), "System Log" and "Event types" (Okta API reference). Targets
come in any order and are told apart by their type.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from concierge.directory.changes import Found, Ignored, Kind, MembershipChange
from concierge.directory.fields import Json, instant, optional_text, section, text
from concierge.errors import MalformedEvent
from concierge.model import Identity

_SOURCE = "eventbridge.okta"
_PARTNER = "aws.partner/okta.com/"
_MEMBER_EVENTS = {"group.user_membership.add": Kind.ADD, "group.user_membership.remove": Kind.REMOVE}
_USER_EVENTS = {
    "user.lifecycle.deactivate": Kind.DISABLE,
    "user.lifecycle.suspend": Kind.DISABLE,
    "user.lifecycle.activate": Kind.ENABLE,
    "user.lifecycle.reactivate": Kind.ENABLE,
    "user.lifecycle.unsuspend": Kind.ENABLE,
    "user.lifecycle.delete.completed": Kind.DELETE,
}


def reads(event: Json) -> bool:
    """What comes from one of Okta's partner buses."""
    return str(event.get("source", "")).startswith(_PARTNER)


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the event has a time of its own
    """One change, or why there is none; raises MalformedEvent where a field that the log always has is missing."""
    detail = section(event, "detail")
    key = text(detail, "uuid", path="detail.")
    kind_of_event = text(detail, "eventType", path="detail.")
    kind = _MEMBER_EVENTS.get(kind_of_event) or _USER_EVENTS.get(kind_of_event)
    if kind is None:
        return (_ignored(key, f"{kind_of_event} does not change memberships"),)
    if text(detail, "version", path="detail.") != "0":
        raise MalformedEvent(f"field detail.version: {detail['version']!r}; this release reads 0")
    result = text(section(detail, "outcome", path="detail."), "result", path="detail.outcome.")
    if result != "SUCCESS":
        return (_ignored(key, f"{kind_of_event} ended with {result}"),)
    directory = text(event, "source").removeprefix(_PARTNER).partition("/")[0]
    user, group = _target(detail, "User"), _target(detail, "UserGroup")
    if user is None:
        raise MalformedEvent("field detail.target: expected an entry of type User")
    if kind_of_event in _MEMBER_EVENTS and group is None:
        raise MalformedEvent("field detail.target: expected an entry of type UserGroup")
    return (
        MembershipChange(
            kind=kind,
            source=_SOURCE,
            directory=directory,
            occurred_at=instant(detail, "published", path="detail."),
            dedupe_key=key,
            person=Identity(
                directory=directory,
                vendor_id=text(user, "id", path="detail.target[].id"),
                upn=optional_text(user, "alternateId", path="detail.target[]."),
            ),
            group=_group(group, directory) if group is not None and kind_of_event in _MEMBER_EVENTS else None,
        ),
    )


def _target(detail: Json, kind: str) -> Mapping[str, Any] | None:
    targets = detail.get("target")
    if not isinstance(targets, list):
        raise MalformedEvent("field detail.target: expected a list")
    return next((each for each in targets if isinstance(each, dict) and each.get("type") == kind), None)


def _group(target: Json, directory: str) -> Identity:
    return Identity(
        directory=directory,
        vendor_id=text(target, "id", path="detail.target[]."),
        account_name=optional_text(target, "displayName", path="detail.target[]."),
    )


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
