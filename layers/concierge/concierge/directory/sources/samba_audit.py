"""Samba as a domain controller: its JSON audit of groups (`dsdb_group_json_audit`, "Setting up Audit Logging").

The audit numbers its events as Windows does, and names people and groups by DN only.
"""

from __future__ import annotations

from datetime import datetime

from concierge.directory.changes import Found, Ignored, MembershipChange
from concierge.directory.dn import domain_of
from concierge.directory.fields import Json, instant, section, text
from concierge.directory.sources.windows_security import MEMBER_EVENTS
from concierge.errors import MalformedEvent
from concierge.model import Identity

_SOURCE = "samba.group-audit"
_MAJOR = 1


def reads(event: Json) -> bool:
    """Every audit record that says its type and its time as Samba does."""
    return "timestamp" in event and "type" in event and str(event["type"]) in event


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the record has a time of its own
    """One change, or why there is none."""
    kind_of_record = text(event, "type")
    change = section(event, kind_of_record)
    key = str(change.get("transactionId", ""))
    if kind_of_record != "groupChange":
        return (_ignored(key, f"{kind_of_record} does not change memberships"),)
    major = section(change, "version", path="groupChange.").get("major")
    if major != _MAJOR:
        raise MalformedEvent(f"field groupChange.version.major: {major!r}; this release reads {_MAJOR}")
    status = change.get("statusCode")
    if not isinstance(status, int):
        raise MalformedEvent(f"field groupChange.statusCode: expected a number, found {str(status)[:80]!r}")
    if status != 0:
        return (_ignored(key, f"the change failed: {change.get('status')}"),)
    number = str(change.get("eventId"))
    if number not in MEMBER_EVENTS:
        return (_ignored(key, f"{number} does not change memberships of security groups"),)
    user, group = (text(change, name, path="groupChange.") for name in ("user", "group"))
    directory = domain_of(group)
    if not directory:
        raise MalformedEvent(f"field groupChange.group: expected a DN with DC components, found {group[:80]!r}")
    return (
        MembershipChange(
            kind=MEMBER_EVENTS[number],
            source=_SOURCE,
            directory=directory,
            occurred_at=instant(event, "timestamp"),
            dedupe_key="/".join((text(change, "transactionId", path="groupChange."), number, group, user)),
            person=Identity(directory=directory, dn=user),
            group=Identity(directory=directory, dn=group),
        ),
    )


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
