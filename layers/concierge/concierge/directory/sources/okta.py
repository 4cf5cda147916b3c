"""Okta's system log through an EventBridge partner bus.

Sources: "Add an AWS EventBridge log stream" (Okta help), "System Log" and "Event types" (Okta API reference). Targets
come in any order and are told apart by their type. Okta knows no account name: a login is taken for a UPN.
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
    "user.lifecycle.delete.initiated": Kind.DELETE,  # it cannot be called back
    "user.lifecycle.delete.completed": Kind.DELETE,
}
_GROUP_EVENTS = {"group.lifecycle.delete": Kind.RESYNC}
_KINDS = {**_MEMBER_EVENTS, **_USER_EVENTS, **_GROUP_EVENTS}
_NOTHING = "unknown"  # what Okta writes where it has no other name
_VERSION = "0"
_TARGET = "detail.target[]."


def reads(event: Json) -> bool:
    """What comes from one of Okta's partner buses."""
    return str(event.get("source", "")).startswith(_PARTNER)


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the event has a time of its own
    """One change, or why there is none; raises MalformedEvent where a field that the log always has is missing."""
    detail = section(event, "detail")
    key, name = text(detail, "uuid", path="detail."), text(detail, "eventType", path="detail.")
    if name not in _KINDS:
        return _ignored(key, f"{name} does not change memberships")
    if text(detail, "version", path="detail.") != _VERSION:
        raise MalformedEvent(f"field detail.version: {detail['version']!r}; this release reads {_VERSION}")
    result = text(section(detail, "outcome", path="detail."), "result", path="detail.outcome.")
    if result != "SUCCESS":
        return _ignored(key, f"{name} ended with {result}")
    directory = text(event, "source").removeprefix(_PARTNER).partition("/")[0]
    if not directory:
        raise MalformedEvent(f"field source: expected {_PARTNER}<organisation>/…, found {event['source']!r}")
    return (
        MembershipChange(
            kind=_KINDS[name],
            source=_SOURCE,
            directory=directory,
            occurred_at=instant(detail, "published", path="detail."),
            dedupe_key=key,
            person=None if name in _GROUP_EVENTS else _user(_target(detail, "User"), directory),
            group=None if name in _USER_EVENTS else _group(_target(detail, "UserGroup"), directory),
            reason="the group was deleted" if name in _GROUP_EVENTS else "",
        ),
    )


def _target(detail: Json, kind: str) -> Mapping[str, Any]:
    targets = detail.get("target")
    if not isinstance(targets, list):
        raise MalformedEvent("field detail.target: expected a list")
    found = next((each for each in targets if isinstance(each, dict) and each.get("type") == kind), None)
    if found is None:
        raise MalformedEvent(f"field detail.target: expected an entry of type {kind}")
    return found


def _user(target: Json, directory: str) -> Identity:
    login = optional_text(target, "alternateId", path=_TARGET)
    return Identity(
        directory=directory,
        vendor_id=text(target, "id", path=_TARGET),
        upn="" if login == _NOTHING else login,
    )


def _group(target: Json, directory: str) -> Identity:
    return Identity(
        directory=directory,
        vendor_id=text(target, "id", path=_TARGET),
        account_name=optional_text(target, "displayName", path=_TARGET),
    )


def _ignored(key: str, reason: str) -> tuple[Ignored]:
    return (Ignored(source=_SOURCE, dedupe_key=key, reason=reason),)
