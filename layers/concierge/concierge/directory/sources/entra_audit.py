"""Microsoft Entra ID: records of its audit log, one by one, in a list, or as the detail of an event.

Source: "directoryAudit resource type" (Microsoft Graph documentation). The order of the targets varies, and the group
stands as JSON inside a string among what was modified of the user.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from concierge.directory.changes import Found, Ignored, Kind, MembershipChange, Unreadable
from concierge.directory.fields import Json, an_object, instant, is_text, optional_text, section, text
from concierge.errors import MalformedEvent
from concierge.model import Identity
from concierge.names import folded

DETAIL_TYPE = "Entra Audit"
_SOURCE = "entra.audit"
_MEMBER = {"Add member to group": Kind.ADD, "Remove member from group": Kind.REMOVE}
_USER = {
    "Disable account": Kind.DISABLE,
    "Enable account": Kind.ENABLE,
    "Delete user": Kind.DELETE,
    "Hard Delete user": Kind.DELETE,
    "Restore user": Kind.ENABLE,
    "Update user": Kind.RENAME,
}
_GROUP = {"Delete group": Kind.RESYNC}
_KINDS = {**_MEMBER, **_USER, **_GROUP}
_FIELDS = ("activityDisplayName", "targetResources")
_UNNAMED = "entra"  # the directory of a record that comes without its tenant and without an event around it
_NEW_NAME = "UserPrincipalName"
_TARGET = "targetResources[]."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What one record says about whom; `changed` is what was modified of the user, old value and new."""

    activity: str
    user: Json | None
    groups: tuple[Json, ...]
    directory: str
    changed: Mapping[str, tuple[str, str]]


def reads(event: Json) -> bool:
    """A record, a list of records as Graph answers, or either as the detail of an event."""
    return event.get("detail-type") == DETAIL_TYPE or any(_is_record(each) for each in _records(event))


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - records have times of their own
    """What each record says; of several, one that cannot be read takes no other with it."""
    inside, sender = event, _UNNAMED
    if event.get("detail-type") == DETAIL_TYPE:
        inside, sender = section(event, "detail"), text(event, "source")
    records = _records(inside)
    if len(records) == 1:
        return (_read_record(records[0], sender),)
    return tuple(_of_several(records, sender))


def _of_several(records: list[Any], sender: str) -> Iterator[MembershipChange | Ignored | Unreadable]:
    for index, each in enumerate(records):
        try:
            yield _read_record(each, sender)
        except MalformedEvent as error:
            key = str(each.get("id", index)) if isinstance(each, Mapping) else str(index)
            yield Unreadable(source=_SOURCE, dedupe_key=key, reason=f"field value[{index}]: {error}")


def _read_record(found: object, sender: str) -> MembershipChange | Ignored:
    record = an_object(found)
    key, activity = text(record, "id"), text(record, "activityDisplayName")
    if activity not in _KINDS:
        return _ignored(key, f"{activity!r} does not change memberships")
    if text(record, "result") != "success":
        return _ignored(key, f"{activity!r} ended with {record['result']}")
    told = _told(record, activity, optional_text(record, "tenantId") or sender)
    kind, reason = _kind(told)
    if kind is None:
        return _ignored(key, reason)
    return MembershipChange(
        kind=kind,
        source=_SOURCE,
        directory=told.directory,
        occurred_at=instant(record, "activityDateTime"),
        dedupe_key=key,
        person=None if kind is Kind.RESYNC or told.user is None else _person(told, told.user),
        group=None if activity in _USER or len(told.groups) > 1 else _named_group(told),
        reason=reason,
    )


def _kind(told: _Record) -> tuple[Kind | None, str]:
    """What the record amounts to, and why it is nothing, or a reason to read the directory."""
    kind = _KINDS[told.activity]
    if kind is Kind.RESYNC:
        return kind, "the group was deleted"
    if told.user is None:
        if told.activity in _MEMBER and len(told.groups) > 1:
            return Kind.RESYNC, "the member is a group, and the event does not say who is in it"
        return None, f"{told.activity!r} is not about a person"
    if kind is not Kind.RENAME:
        return kind, ""
    old, new = told.changed.get(_NEW_NAME, ("", ""))
    if old == new:
        return None, "the user's name did not change"
    return (kind, "") if new else (Kind.RESYNC, "the event does not say the user's new name")


def _told(record: Json, activity: str, directory: str) -> _Record:
    targets = record.get("targetResources")
    if not isinstance(targets, list):
        raise MalformedEvent("field targetResources: expected a list")
    user = next(_of_type(targets, "User"), None)
    return _Record(
        activity=activity,
        user=user,
        groups=tuple(_of_type(targets, "Group")),
        directory=directory,
        changed={} if user is None else _modified(user),
    )


def _of_type(targets: list[Any], kind: str) -> Iterator[Json]:
    return (each for each in targets if isinstance(each, dict) and each.get("type") == kind)


def _person(told: _Record, user: Json) -> Identity:
    user_id, upn = text(user, "id", path=_TARGET), optional_text(user, "userPrincipalName", path=_TARGET)
    if told.activity == "Update user":
        upn = told.changed[_NEW_NAME][1]
    # A deleted user's name has the id in front, so that the name is free for somebody else.
    mark = user_id.replace("-", "")
    if _KINDS[told.activity] is Kind.DELETE and folded(upn).startswith(folded(mark)):
        upn = upn[len(mark) :]
    return Identity(directory=told.directory, vendor_id=user_id, upn=upn)


def _named_group(told: _Record) -> Identity:
    """The group among what was modified of the user: what it is now, or what it was for somebody who left."""
    target = told.groups[0] if told.groups else {}
    group_id = _either(told.changed, "Group.ObjectID") or optional_text(target, "id", path=_TARGET)
    if not group_id:
        raise MalformedEvent("field targetResources: expected a group, or Group.ObjectID among what was modified")
    name = _either(told.changed, "Group.DisplayName") or optional_text(target, "displayName", path=_TARGET)
    return Identity(directory=told.directory, vendor_id=group_id, account_name=name)


def _either(changed: Mapping[str, tuple[str, str]], name: str) -> str:
    old, new = changed.get(name, ("", ""))
    return new or old


def _modified(user: Json) -> dict[str, tuple[str, str]]:
    """Old and new value by name; the values are JSON inside strings."""
    properties = user.get("modifiedProperties") or []
    if not isinstance(properties, list) or not all(isinstance(each, dict) for each in properties):
        raise MalformedEvent("field targetResources[].modifiedProperties: expected a list of objects")
    return {
        str(each.get("displayName")): (_plain(each.get("oldValue")), _plain(each.get("newValue")))
        for each in properties
    }


def _plain(value: object) -> str:
    """The one string in a value: `"x"` or `["x"]` as JSON, or as it is; empty for everything else."""
    if not isinstance(value, str):
        return ""
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        inner = value
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    return inner.strip() if isinstance(inner, str) and is_text(inner) else ""


def _records(event: Json) -> list[Any]:
    value = event.get("value")
    return list(value) if isinstance(value, list) else [event]


def _is_record(record: object) -> bool:
    return isinstance(record, Mapping) and all(name in record for name in _FIELDS)


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
