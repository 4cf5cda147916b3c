"""IAM Identity Center: changes made in its console, by its API, and by SCIM provisioning, as CloudTrail reports them.

Sources: "IAM Identity Center CloudTrail events", "Logging SCIM API calls" (User Guide); Identity Store API reference.
The console's calls go to `sso-directory`, those of programs to `identitystore`. They carry ids only, and
DeleteGroupMembership only the membership's own; SCIM hides the values. What does not say who is meant is a reason to
read the store, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from concierge.directory.changes import Found, Kind
from concierge.directory.fields import Json, optional_text, section, text
from concierge.directory.sources.cloudtrail import ApiCall, is_call_to
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
    "UpdateUser": "the event does not say what changed about the user",
    "PatchUser": "members redacted",
    "PutUser": "members redacted",
    "PatchGroup": "members redacted",
    "PutGroup": "members redacted",
    "CreateGroup": "members redacted",
}
_PATH = "detail.requestParameters."


def reads(event: Json) -> bool:
    """Calls to any of the three services."""
    return is_call_to(event, _NAMES)


def read(event: Json, *, now: datetime) -> Found:  # noqa: ARG001 - the call has a time of its own
    """One change, or why there is none; raises MalformedEvent where a field that the call must have is missing."""
    service = text(section(event, "detail"), "eventSource", path="detail.")
    call = ApiCall.of(event, _NAMES[service])
    if call.error:
        return call.ignored(f"{call.name} was refused with {call.error}")
    if call.name in _MEMBER_CALLS:
        return _membership(call)
    if call.name in _USER_CALLS:
        directory = _store(call)
        user_id = text(call.request, "id" if service == _SCIM else "userId", path=_PATH)
        return call.change(_USER_CALLS[call.name], directory, person=Identity(directory=directory, vendor_id=user_id))
    if call.name in _UNCLEAR and not (service != _SCIM and call.name == "CreateGroup"):
        directory = _store(call)
        return call.change(Kind.RESYNC, directory, group=_group(call, directory), reason=_UNCLEAR[call.name])
    return call.ignored(f"{call.name} does not change memberships")


def _membership(call: ApiCall) -> Found:
    directory = _store(call)
    if "member" in call.request:
        member = text(section(call.request, "member", path=_PATH), "memberId", path=f"{_PATH}member.")
    else:
        member = text(section(call.request, "memberId", path=_PATH), "userId", path=f"{_PATH}memberId.")
    group = Identity(directory=directory, vendor_id=text(call.request, "groupId", path=_PATH))
    person = Identity(directory=directory, vendor_id=member)
    return call.change(_MEMBER_CALLS[call.name], directory, person=person, group=group)


def _store(call: ApiCall) -> str:
    """The identity store's id; SCIM names its tenant instead, which the catalog may list beside the store's id."""
    request: Mapping[str, object] = call.request
    return call.parameter("identityStoreId" if "identityStoreId" in request else "tenantId")


def _group(call: ApiCall, directory: str) -> Identity | None:
    """The group where the call is about one; calls about users carry a user's id in the same place."""
    if "User" in call.name:
        return None
    group_id = optional_text(call.request, "groupId", path=_PATH) or optional_text(call.request, "id", path=_PATH)
    return Identity(directory=directory, vendor_id=group_id) if group_id else None
