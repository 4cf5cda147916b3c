"""IAM Identity Center: changes made in its console, by its API, and by SCIM provisioning, as CloudTrail reports them.

Sources: "IAM Identity Center CloudTrail events", "Logging SCIM API calls" (User Guide); Identity Store API reference.
The console's calls go to `sso-directory`, those of programs to `identitystore`. They carry ids only, and
DeleteGroupMembership only the membership's own; SCIM hides the values. What does not say who is meant is a reason to
read the store, never a guess.
"""

from __future__ import annotations

from datetime import datetime

from concierge.directory.changes import Found, Kind
from concierge.directory.fields import Json, section, text
from concierge.directory.sources.cloudtrail import PARAMETERS, REDACTED, ApiCall, is_call_to, told
from concierge.model import Identity

_CONSOLE, _API, _SCIM = "sso-directory.amazonaws.com", "identitystore.amazonaws.com", "identitystore-scim.amazonaws.com"
_NAMES = {_CONSOLE: "cloudtrail.sso-directory", _API: "cloudtrail.identitystore", _SCIM: "cloudtrail.scim"}
_MEMBER_CALLS = {
    "AddMemberToGroup": Kind.ADD,
    "RemoveMemberFromGroup": Kind.REMOVE,
    "CreateGroupMembership": Kind.ADD,
}
_USER_CALLS = {"DisableUser": Kind.DISABLE, "EnableUser": Kind.ENABLE, "DeleteUser": Kind.DELETE}
_UNCLEAR = {
    "DeleteGroupMembership": "event names neither user nor group",
    "DeleteGroup": "the group was deleted",
    "UpdateGroup": "the event does not say what changed about the group",
    "UpdateUser": "the event does not say what changed about the user",
}
_UNCLEAR_OF_SCIM = {
    "CreateGroup": "members redacted",
    "PatchGroup": "members redacted",
    "PutGroup": "members redacted",
    "DeleteGroup": "the group was deleted",
    "PatchUser": "what changed about the user is redacted",
    "PutUser": "what changed about the user is redacted",
}


def reads(event: Json) -> bool:
    """Calls to any of the three services."""
    return is_call_to(event, _NAMES)


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the call has a time of its own
    """One change, or why there is none; raises MalformedEvent where a field that the call must have is missing."""
    service = text(section(event, "detail"), "eventSource", path="detail.")
    call = ApiCall.of(event, _NAMES[service])
    unclear = _UNCLEAR_OF_SCIM if service == _SCIM else _UNCLEAR
    if call.error:
        return call.ignored(f"{call.name} was refused with {call.error}")
    if call.name in _MEMBER_CALLS:
        return _membership(call, _store(call))
    if call.name in _USER_CALLS:
        return _user(call, _store(call), call.told("id" if service == _SCIM else "userId"))
    if call.name in unclear:
        return _unclear(call, _store(call), unclear[call.name])
    return call.ignored(f"{call.name} does not change memberships")


def _membership(call: ApiCall, directory: str) -> Found:
    member, group = _member(call), _named(directory, call.told("groupId"))
    if not member or group is None:
        return call.change(Kind.RESYNC, directory, group=group, reason="the event does not say who, or which group")
    return call.change(_MEMBER_CALLS[call.name], directory, person=_named(directory, member), group=group)


def _member(call: ApiCall) -> str:
    """The console writes `member: {memberId}`, the API `memberId: {userId}`; empty where neither is told."""
    outer, inner = ("member", "memberId") if "member" in call.request else ("memberId", "userId")
    if call.request.get(outer) in (None, REDACTED):
        return ""
    return told(section(call.request, outer, path=PARAMETERS), inner, path=f"{PARAMETERS}{outer}.")


def _user(call: ApiCall, directory: str, user: str) -> Found:
    if not user:
        return call.change(Kind.RESYNC, directory, reason="the event does not say whose account it is")
    return call.change(_USER_CALLS[call.name], directory, person=_named(directory, user))


def _unclear(call: ApiCall, directory: str, reason: str) -> Found:
    """The group is named where the call is about one; calls about users carry a user's id in the same place."""
    group = "" if call.name.endswith("User") else call.told("groupId") or call.told("id")
    return call.change(Kind.RESYNC, directory, group=_named(directory, group), reason=reason)


def _named(directory: str, vendor_id: str) -> Identity | None:
    return Identity(directory=directory, vendor_id=vendor_id) if vendor_id else None


def _store(call: ApiCall) -> str:
    """The identity store's id; SCIM names its tenant instead, which the catalog may list beside the store's id."""
    return call.parameter("identityStoreId" if "identityStoreId" in call.request else "tenantId")
