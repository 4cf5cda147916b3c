"""AWS Managed Microsoft AD: Directory Service Data calls as CloudTrail reports them.

Source: "Logging AWS Directory Service Data API calls using AWS CloudTrail" (Administration Guide). The guide's
examples name the service `ds.amazonaws.com`, and in the parameters spell the account name `sAMAccountName`.
"""

from __future__ import annotations

from concierge.directory.changes import Ignored, Kind, MembershipChange
from concierge.directory.fields import Json, instant, optional_text, section, text
from concierge.model import Identity

EVENT_SOURCES = frozenset({"ds.amazonaws.com", "ds-data.amazonaws.com"})
_MEMBER_CALLS = {"AddGroupMember": Kind.ADD, "RemoveGroupMember": Kind.REMOVE}
_USER_CALLS = {"DisableUser": Kind.DISABLE, "EnableUser": Kind.ENABLE, "DeleteUser": Kind.DELETE}
_SOURCE = "cloudtrail.ds-data"


def read(event: Json) -> tuple[MembershipChange | Ignored, ...]:
    """One change, or why there is none; raises MalformedEvent where a field that the call must have is missing."""
    detail = section(event, "detail")
    key = text(detail, "eventID", path="detail.")
    call = text(detail, "eventName", path="detail.")
    if error := optional_text(detail, "errorCode", path="detail."):
        return (Ignored(source=_SOURCE, dedupe_key=key, reason=f"{call} was refused with {error}"),)
    if call not in _MEMBER_CALLS and call not in _USER_CALLS:
        return (Ignored(source=_SOURCE, dedupe_key=key, reason=f"{call} does not change memberships"),)
    request = section(detail, "requestParameters", path="detail.")
    directory = text(request, "directoryId", path="detail.requestParameters.")
    account = _account_name(request, "memberName" if call in _MEMBER_CALLS else "sAMAccountName")
    if account.endswith("$"):
        return (Ignored(source=_SOURCE, dedupe_key=key, reason=f"{account} is a computer, not a person"),)
    if foreign := _other_realm(request, directory):
        return (Ignored(source=_SOURCE, dedupe_key=key, reason=foreign),)
    sid = "" if call in _MEMBER_CALLS else _sid(detail)
    return (
        MembershipChange(
            kind=_MEMBER_CALLS.get(call) or _USER_CALLS[call],
            source=_SOURCE,
            directory=directory,
            occurred_at=instant(detail, "eventTime", path="detail."),
            dedupe_key=key,
            person=Identity(directory=directory, account_name=account, sid=sid),
            group=_group(request, directory) if call in _MEMBER_CALLS else None,
        ),
    )


def _account_name(request: Json, name: str) -> str:
    # The API model says SAMAccountName, the guide's CloudTrail examples sAMAccountName.
    fallback = "SAMAccountName" if name == "sAMAccountName" and name not in request else name
    return text(request, fallback, path="detail.requestParameters.")


def _other_realm(request: Json, directory: str) -> str:
    realm = optional_text(request, "memberRealm", path="detail.requestParameters.")
    return f"member of the trusted realm {realm}, which is not directory {directory}" if realm else ""


def _group(request: Json, directory: str) -> Identity:
    name = text(request, "groupName", path="detail.requestParameters.")
    return Identity(directory=directory, account_name=name)


def _sid(detail: Json) -> str:
    extra = detail.get("additionalEventData")
    return optional_text(extra, "SID", path="detail.additionalEventData.") if isinstance(extra, dict) else ""
