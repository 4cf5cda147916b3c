"""Security events of Windows domain controllers, as XML, one a record.

Source: "Audit Security Group Management" and "Audit User Account Management" (Windows security documentation). Member
names come as DNs and SIDs only. AWS Managed Microsoft AD forwards them to CloudWatch Logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from lxml import etree

from concierge.directory.changes import Ignored, Kind, MembershipChange
from concierge.errors import MalformedEvent
from concierge.model import Identity

_SOURCE = "cwl.windows-security"
_ADDED, _REMOVED = ("4728", "4732", "4756"), ("4729", "4733", "4757")
_GROUP_GONE = ("4730", "4734", "4758")
_DISTRIBUTION = ("4746", "4747", "4751", "4752", "4761", "4762")
MEMBER_EVENTS = {**dict.fromkeys(_ADDED, Kind.ADD), **dict.fromkeys(_REMOVED, Kind.REMOVE)}
_USER = {"4722": Kind.ENABLE, "4725": Kind.DISABLE, "4726": Kind.DELETE, "4781": Kind.RENAME}
_NO_NAME = "-"  # what Windows writes where it has nothing to say


def read_record(xml: str) -> MembershipChange | Ignored:
    """What one record says; raises MalformedEvent for what is no record of the event log, or brings a DTD."""
    root = _parsed(xml)
    system = _child(root, "System")
    number = _text(system, "EventID")
    computer, record = _text(system, "Computer"), _text(system, "EventRecordID")
    key, data = f"{computer}/{record}", _data(root)
    directory = computer.partition(".")[2] or data.get("TargetDomainName", "")
    if number in _DISTRIBUTION:
        return _ignored(key, f"{number}: a distribution group gives nobody access")
    if number not in MEMBER_EVENTS and number not in _USER and number not in _GROUP_GONE:
        return _ignored(key, f"{number} does not change memberships")
    if number not in MEMBER_EVENTS and data.get("TargetUserName", data.get("OldTargetUserName", "")).endswith("$"):
        return _ignored(key, "a computer, not a person")
    return MembershipChange(
        kind=MEMBER_EVENTS.get(number) or _USER.get(number) or Kind.RESYNC,
        source=_SOURCE,
        directory=directory,
        occurred_at=_time(system),
        dedupe_key=key,
        person=_person(number, data, directory),
        group=_group(data, directory) if number in MEMBER_EVENTS or number in _GROUP_GONE else None,
        reason="the group was deleted" if number in _GROUP_GONE else "",
    )


def _person(number: str, data: Mapping[str, str], directory: str) -> Identity | None:
    if number in MEMBER_EVENTS:
        dn = data.get("MemberName", "")
        found = Identity(directory=directory, sid=data.get("MemberSid", ""), dn="" if dn == _NO_NAME else dn)
    elif number in _USER:
        name = data.get("NewTargetUserName" if number == "4781" else "TargetUserName", "")
        found = Identity(directory=directory, sid=data.get("TargetSid", ""), account_name=name)
    else:
        return None
    if not found.keys:
        raise MalformedEvent(f"EventData of {number}: expected the SID of a person")
    return found


def _group(data: Mapping[str, str], directory: str) -> Identity:
    found = Identity(directory=directory, sid=data.get("TargetSid", ""), account_name=data.get("TargetUserName", ""))
    if not found.keys:
        raise MalformedEvent("EventData: expected TargetSid and TargetUserName of a group")
    return found


def _parsed(xml: str) -> etree._Element:
    if "<!" in xml:
        raise MalformedEvent("message: a record has neither DTD nor comment nor CDATA section")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_pis=True)
    try:
        return etree.fromstring(xml.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise MalformedEvent(f"message: not XML: {error}") from error


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
    return {str(each.get("Name", "")): (each.text or "").strip() for each in _child(root, "EventData")}


def _time(system: etree._Element) -> datetime:
    value = str(_child(system, "TimeCreated").get("SystemTime", ""))
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise MalformedEvent(f"message: TimeCreated: expected a time in UTC, found {value!r}")
    return parsed.astimezone(UTC)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _ignored(key: str, reason: str) -> Ignored:
    return Ignored(source=_SOURCE, dedupe_key=key, reason=reason)
