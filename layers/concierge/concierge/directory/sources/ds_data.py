"""AWS Managed Microsoft AD: Directory Service Data calls as CloudTrail reports them.

Source: "Logging AWS Directory Service Data API calls using AWS CloudTrail" (Administration Guide). The guide's
examples name the service `ds.amazonaws.com`, and in the parameters spell the account name `sAMAccountName`.
"""

from __future__ import annotations

from datetime import datetime

from concierge.directory.changes import Found, Kind
from concierge.directory.fields import Json, optional_text
from concierge.directory.sources.cloudtrail import ApiCall, is_call_to
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
    if call.name == "DeleteGroup":
        group = Identity(directory=call.parameter("directoryId"), account_name=_account_name(call, "sAMAccountName"))
        return call.change(Kind.RESYNC, group.directory, group=group, reason="the group was deleted")
    if call.name not in _MEMBER_CALLS and call.name not in _USER_CALLS:
        return call.ignored(f"{call.name} does not change memberships")
    account = _account_name(call, "memberName" if call.name in _MEMBER_CALLS else "sAMAccountName")
    if account.endswith("$"):
        return call.ignored(f"{account} is a computer, not a person")
    return _about(call, account)


def _about(call: ApiCall, account: str) -> Found:
    directory = call.parameter("directoryId")
    if foreign := _other_realm(call, directory):
        return call.ignored(foreign)
    if call.name in _USER_CALLS:
        person = Identity(directory=directory, account_name=account, sid=_sid(call.detail))
        return call.change(_USER_CALLS[call.name], directory, person=person)
    return call.change(
        _MEMBER_CALLS[call.name],
        directory,
        person=Identity(directory=directory, account_name=account),
        group=Identity(directory=directory, account_name=call.parameter("groupName")),
    )


def _account_name(call: ApiCall, name: str) -> str:
    # The API model says SAMAccountName, the guide's CloudTrail examples sAMAccountName.
    fallback = "SAMAccountName" if name == "sAMAccountName" and name not in call.request else name
    return call.parameter(fallback)


def _other_realm(call: ApiCall, directory: str) -> str:
    realm = optional_text(call.request, "memberRealm", path="detail.requestParameters.")
    return f"member of the trusted realm {realm}, which is not directory {directory}" if realm else ""


def _sid(detail: Json) -> str:
    extra = detail.get("additionalEventData")
    return optional_text(extra, "SID", path="detail.additionalEventData.") if isinstance(extra, dict) else ""
