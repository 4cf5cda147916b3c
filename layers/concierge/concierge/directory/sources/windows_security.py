"""Security events of Windows domain controllers, as XML, one a record.

Source: "Audit Security Group Management" and "Audit User Account Management" (Windows security documentation). Member
names come as DNs and SIDs only. AWS Managed Microsoft AD forwards them to CloudWatch Logs.

Event numbers mean something only together with their provider, and only Windows itself writes to the security log:
a program on some machine may write a 4728 of its own into another log. Groups and accounts that exist on one machine
alone are not the directory's, whatever they are called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from concierge.directory.changes import Ignored, Kind, MembershipChange
from concierge.directory.fields import moment
from concierge.errors import MalformedEvent
from concierge.model import Identity
from concierge.names import folded

_SOURCE = "cwl.windows-security"
_PROVIDER, _CHANNEL = "Microsoft-Windows-Security-Auditing", "Security"
_ADDED, _REMOVED = ("4728", "4732", "4756"), ("4729", "4733", "4757")
_GROUP_GONE = ("4730", "4734", "4758")
_DISTRIBUTION = ("4746", "4747", "4751", "4752", "4761", "4762")
MEMBER_EVENTS = {**dict.fromkeys(_ADDED, Kind.ADD), **dict.fromkeys(_REMOVED, Kind.REMOVE)}
_RENAMED = "4781"
_USER = {"4722": Kind.ENABLE, "4725": Kind.DISABLE, "4726": Kind.DELETE, _RENAMED: Kind.RENAME}
_NOTHING = ("-", "S-1-0-0")  # what Windows writes where it has no name, and no SID
_DECLARATION = re.compile(r"\s*<\?xml\s[^<>]*\?>")


def read_record(xml: str) -> MembershipChange | Ignored:
    """What one record says; raises MalformedEvent for what is no record of the event log, or brings a DTD."""
    root = _parsed(xml)
    system = _child(root, "System")
    number = _text(system, "EventID")
    computer, record = _text(system, "Computer"), _text(system, "EventRecordID")
    key = f"{computer}/{record}"
    provider, channel = str(_child(system, "Provider").get("Name", "")), _text(system, "Channel")
    if (provider, channel) != (_PROVIDER, _CHANNEL):
        return _ignored(key, f"a record of {provider} in the log {channel}, not of the security log")
    if number in _DISTRIBUTION:
        return _ignored(key, f"{number}: a distribution group gives nobody access")
    if number not in MEMBER_EVENTS and number not in _USER and number not in _GROUP_GONE:
        return _ignored(key, f"{number} does not change memberships")
    data = _data(root)
    if (ignored := _nobodys(number, data, computer)) is not None:
        return _ignored(key, ignored)
    return _change(number, data, directory=_directory(computer, data), at=_time(system), key=key)


def _nobodys(number: str, data: Mapping[str, str], computer: str) -> str | None:
    """Why the record is about no person and no group of the directory; None if it is."""
    host = folded(computer.partition(".")[0])[:15]  # as NetBIOS cuts it
    if folded(data.get("TargetDomainName", "")) in (host, "builtin"):
        return f"a group or account of {computer} alone, not of its directory"
    if number in _USER and any(data.get(name, "").endswith("$") for name in ("TargetUserName", "OldTargetUserName")):
        return "a computer, not a person"
    return None


def _change(number: str, data: Mapping[str, str], *, directory: str, at: datetime, key: str) -> MembershipChange:
    kind, reason = MEMBER_EVENTS.get(number) or _USER.get(number) or Kind.RESYNC, ""
    person = _person(number, data, directory)
    if kind is Kind.RESYNC:
        reason = "the group was deleted"
    elif person is None:
        kind, reason = Kind.RESYNC, "the event does not say who"
    return MembershipChange(
        kind=kind,
        source=_SOURCE,
        directory=directory,
        occurred_at=at,
        dedupe_key=key,
        person=person,
        group=None if number in _USER else _group(data, directory),
        reason=reason,
    )


def _person(number: str, data: Mapping[str, str], directory: str) -> Identity | None:
    if number in MEMBER_EVENTS:
        found = Identity(directory=directory, sid=data.get("MemberSid", ""), dn=data.get("MemberName", ""))
        return found if found.sid or found.dn else None
    if number not in _USER:
        return None
    name = data.get("NewTargetUserName" if number == _RENAMED else "TargetUserName", "")
    found = Identity(directory=directory, sid=data.get("TargetSid", ""), account_name=name)
    if not found.sid and (not name or number == _RENAMED):
        raise MalformedEvent(f"message: EventData of {number}: expected TargetSid, or the name of an account")
    return found


def _group(data: Mapping[str, str], directory: str) -> Identity:
    found = Identity(directory=directory, sid=data.get("TargetSid", ""), account_name=data.get("TargetUserName", ""))
    if not found.keys:
        raise MalformedEvent("message: EventData: expected TargetSid and TargetUserName of a group")
    return found


def _directory(computer: str, data: Mapping[str, str]) -> str:
    """The DNS domain of the domain controller; its NetBIOS name where the controller has no longer name."""
    found = computer.partition(".")[2] or data.get("TargetDomainName", "")
    if not found:
        raise MalformedEvent("message: Computer: expected a name with its domain, such as dc1.corp.example.com")
    return found


def _parsed(xml: str) -> etree._Element:
    body = xml[declaration.end() :] if (declaration := _DECLARATION.match(xml)) else xml.lstrip()
    if "<!" in body or "<?" in body:
        raise MalformedEvent("message: a record has no DTD, comment, CDATA section or processing instruction")
    # The encoding is given, or else the declaration could name one in which "<!" is written with other letters.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(body.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise MalformedEvent(f"message: not XML, the format in which records must be sent: {error}") from error


def _child(element: etree._Element, name: str) -> etree._Element:
    found = next((each for each in element if _local(each) == name), None)
    if found is None:
        raise MalformedEvent(f"message: expected an element {name} in {_local(element)}")
    return found


def _text(element: etree._Element, name: str) -> str:
    value = (_child(element, name).text or "").strip()
    if not value:
        raise MalformedEvent(f"message: expected text in the element {name}")
    return value


def _data(root: etree._Element) -> dict[str, str]:
    """The named values; what Windows marks as nothing is empty."""
    found = {str(each.get("Name", "")): (each.text or "").strip() for each in _child(root, "EventData")}
    return {name: "" if value in _NOTHING else value for name, value in found.items()}


def _time(system: etree._Element) -> datetime:
    value = str(_child(system, "TimeCreated").get("SystemTime", ""))
    parsed = moment(value)
    if parsed is None:
        raise MalformedEvent(f"message: TimeCreated: expected a time in UTC, found {value[:80]!r}")
    return parsed


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
