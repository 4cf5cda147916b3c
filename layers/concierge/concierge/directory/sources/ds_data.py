"""AWS Managed Microsoft AD: Directory Service Data calls as CloudTrail reports them.

Source: "Logging AWS Directory Service Data API calls using AWS CloudTrail" (Administration Guide). The guide's
examples name the service `ds.amazonaws.com`, and in the parameters spell the account name `sAMAccountName`.
"""

from __future__ import annotations

from datetime import datetime

from concierge.directory.changes import Found, Kind
from concierge.directory.fields import Json
from concierge.directory.sources.cloudtrail import ApiCall, is_call_to, told
from concierge.model import Identity

EVENT_SOURCES = frozenset({"ds.amazonaws.com", "ds-data.amazonaws.com"})
_MEMBER_CALLS = {"AddGroupMember": Kind.ADD, "RemoveGroupMember": Kind.REMOVE}
_USER_CALLS = {"DisableUser": Kind.DISABLE, "EnableUser": Kind.ENABLE, "DeleteUser": Kind.DELETE}
_SOURCE = "cloudtrail.ds-data"


def reads(event: Json) -> bool:
    """Calls to AWS Directory Service."""
    return is_call_to(event, EVENT_SOURCES)


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the call has a time of its own
    """One change, or why there is none; raises MalformedEvent where a field that the call must have is missing."""
    call = ApiCall.of(event, _SOURCE)
    if call.error:
        return call.ignored(f"{call.name} was refused with {call.error}")
    if call.name in _MEMBER_CALLS:
        return _membership(call, call.parameter("directoryId"))
    if call.name in _USER_CALLS:
        return _account(call, call.parameter("directoryId"))
    if call.name == "DeleteGroup":
        directory = call.parameter("directoryId")
        group = _named(directory, _account_name(call))
        return call.change(Kind.RESYNC, directory, group=group, reason="the group was deleted")
    return call.ignored(f"{call.name} does not change memberships")


def _membership(call: ApiCall, directory: str) -> Found:
    member, group = call.told("memberName"), _named(directory, call.told("groupName"))
    if member.endswith("$"):
        return call.ignored(f"{member} is a computer, not a person")
    if realm := call.told("memberRealm"):
        reason = f"the event names a member by the realm {realm}, which may be a trusted one"
        return call.change(Kind.RESYNC, directory, group=group, reason=reason)
    if not member or group is None:
        return call.change(Kind.RESYNC, directory, group=group, reason="the event does not say who, or which group")
    return call.change(_MEMBER_CALLS[call.name], directory, person=_named(directory, member), group=group)


def _account(call: ApiCall, directory: str) -> Found:
    person = Identity(directory=directory, account_name=_account_name(call), sid=_sid(call.detail))
    if person.account_name.endswith("$"):
        return call.ignored(f"{person.account_name} is a computer, not a person")
    if not person.keys:
        return call.change(Kind.RESYNC, directory, reason="the event does not say whose account it is")
    return call.change(_USER_CALLS[call.name], directory, person=person)


def _named(directory: str, name: str) -> Identity | None:
    return Identity(directory=directory, account_name=name) if name else None


def _account_name(call: ApiCall) -> str:
    # The API model says SAMAccountName, the guide's CloudTrail examples sAMAccountName.
    return call.told("sAMAccountName") or call.told("SAMAccountName")


def _sid(detail: Json) -> str:
    extra = detail.get("additionalEventData")
    return told(extra, "SID", path="detail.additionalEventData.") if isinstance(extra, dict) else ""
