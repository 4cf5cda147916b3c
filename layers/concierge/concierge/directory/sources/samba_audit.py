"""Samba as a domain controller: its JSON audit of groups (`dsdb_group_json_audit`, "Setting up Audit Logging").

The audit numbers its events as Windows does, and names people and groups by DN only.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from concierge.directory.changes import Found, Ignored, MembershipChange
from concierge.directory.fields import Json, section, text
from concierge.directory.sources.windows_security import MEMBER_EVENTS
from concierge.errors import MalformedEvent
from concierge.model import Identity

_SOURCE = "samba.group-audit"
_OFFSET_WITHOUT_COLON = re.compile(r"([+-]\d{2})(\d{2})$")
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
    if change.get("statusCode") != 0:
        return (_ignored(key, f"the change failed: {change.get('status')}"),)
    number = str(change.get("eventId"))
    if number not in MEMBER_EVENTS:
        return (_ignored(key, f"{number} does not change memberships of security groups"),)
    user, group = (text(change, name, path="groupChange.") for name in ("user", "group"))
    directory = domain_of(group)
    if not directory:
        raise MalformedEvent(f"field groupChange.group: expected a DN with DC components, found {group!r}")
    return (
        MembershipChange(
            kind=MEMBER_EVENTS[number],
            source=_SOURCE,
            directory=directory,
            occurred_at=_time(text(event, "timestamp")),
            dedupe_key=f"{text(change, 'transactionId', path='groupChange.')}/{number}/{user}",
            person=Identity(directory=directory, dn=user),
            group=Identity(directory=directory, dn=group),
        ),
    )


def domain_of(dn: str) -> str:
    """The DNS name of a DN's naming context: `…,DC=corp,DC=example,DC=com` -> `corp.example.com`."""
    found = re.search(r"(?:^|,)\s*((?:DC=[A-Za-z0-9-]+\s*(?:,\s*)?)+)$", dn, re.IGNORECASE)
    return ".".join(re.findall(r"DC=([A-Za-z0-9-]+)", found[1], re.IGNORECASE)).lower() if found else ""


def _time(value: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(_OFFSET_WITHOUT_COLON.sub(r"\1:\2", value))
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise MalformedEvent(f"field timestamp: expected a time with an offset, found {value!r}")
    return parsed.astimezone(UTC)


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
