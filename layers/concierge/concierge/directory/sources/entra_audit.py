"""Microsoft Entra ID: records of its audit log, one by one, in a list, or as the detail of an event.

Source: "directoryAudit resource type" (Microsoft Graph documentation). The order of the targets varies, and the group
stands as JSON inside a string among what was modified of the user.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from concierge.directory.changes import Found, Ignored, Kind, MembershipChange, Unreadable
from concierge.directory.fields import Json, an_object, instant, optional_text, text
from concierge.errors import MalformedEvent
from concierge.model import Identity

DETAIL_TYPE = "Entra Audit"
_SOURCE = "entra.audit"
_MEMBER = {"Add member to group": Kind.ADD, "Remove member from group": Kind.REMOVE}
_USER = {
    "Disable account": Kind.DISABLE,
    "Enable account": Kind.ENABLE,
    "Delete user": Kind.DELETE,
    "Hard Delete user": Kind.DELETE,
    "Update user": Kind.RENAME,
}
_FIELDS = ("activityDisplayName", "targetResources")
_UNNAMED = "entra"  # the directory of a record that comes without its tenant


def reads(event: Json) -> bool:
    """A record, a list of records as Graph answers, or either as the detail of an event."""
    return event.get("detail-type") == DETAIL_TYPE or any(_is_record(each) for each in _records(event)[:1])


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - records have times of their own
    """What each record says; of several, one that cannot be read takes no other with it."""
    records = _records(event.get("detail") if event.get("detail-type") == DETAIL_TYPE else event)
    if len(records) == 1:
        return (_record(records[0]),)
    return tuple(_of_several(records))


def _of_several(records: list[Any]) -> Iterator[MembershipChange | Ignored | Unreadable]:
    for index, each in enumerate(records):
        try:
            yield _record(each)
        except MalformedEvent as error:
            key = str(each.get("id", index)) if isinstance(each, dict) else str(index)
            yield Unreadable(source=_SOURCE, dedupe_key=key, reason=f"field value[{index}]: {error}")


def _record(record: object) -> MembershipChange | Ignored:
    record = an_object(record)
    key, activity = text(record, "id"), text(record, "activityDisplayName")
    kind = _MEMBER.get(activity) or _USER.get(activity)
    if kind is None:
        return _ignored(key, f"{activity!r} does not change memberships")
    if text(record, "result") != "success":
        return _ignored(key, f"{activity!r} ended with {record['result']}")
    user = _target(record, "User")
    if user is None:
        return _ignored(key, f"{activity!r} is not about a person")
    changed = _modified(user)
    if kind is Kind.RENAME and "UserPrincipalName" not in changed:
        return _ignored(key, "the user's name did not change")
    directory = optional_text(record, "tenantId") or _UNNAMED
    return MembershipChange(
        kind=kind,
        source=_SOURCE,
        directory=directory,
        occurred_at=instant(record, "activityDateTime"),
        dedupe_key=key,
        person=Identity(
            directory=directory,
            vendor_id=text(user, "id", path="targetResources[]."),
            upn=changed.get("UserPrincipalName", "")
            or optional_text(user, "userPrincipalName", path="targetResources[]."),
        ),
        group=_group(record, changed, directory) if activity in _MEMBER else None,
    )


def _group(record: Json, changed: Mapping[str, str], directory: str) -> Identity:
    target = _target(record, "Group")
    group_id = changed.get("Group.ObjectID", "") or (optional_text(target, "id") if target else "")
    if not group_id:
        raise MalformedEvent("field targetResources: expected a group, or Group.ObjectID among what was modified")
    name = changed.get("Group.DisplayName", "") or (optional_text(target, "displayName") if target else "")
    return Identity(directory=directory, vendor_id=group_id, account_name=name)


def _target(record: Json, kind: str) -> Mapping[str, Any] | None:
    targets = record.get("targetResources")
    if not isinstance(targets, list):
        raise MalformedEvent("field targetResources: expected a list")
    return next((each for each in targets if isinstance(each, dict) and each.get("type") == kind), None)


def _modified(user: Mapping[str, Any]) -> dict[str, str]:
    """The values after the change, or before it where something was taken away; JSON strings inside strings."""
    properties = user.get("modifiedProperties") or []
    if not isinstance(properties, list) or not all(isinstance(each, dict) for each in properties):
        raise MalformedEvent("field targetResources[].modifiedProperties: expected a list of objects")
    found = {}
    for each in properties:
        value = _plain(each.get("newValue")) or _plain(each.get("oldValue"))
        if value:
            found[str(each.get("displayName"))] = value
    return found


def _plain(value: object) -> str:
    if not isinstance(value, str):
        return ""
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return inner if isinstance(inner, str) else ""


def _records(event: object) -> list[Any]:
    if isinstance(event, Mapping) and isinstance(event.get("value"), list):
        return list(event["value"])
    return [event]


def _is_record(record: object) -> bool:
    return isinstance(record, Mapping) and all(name in record for name in _FIELDS)


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
