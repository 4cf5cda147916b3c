"""What each source sends besides the plain case: failures, batches, computers, redactions, and plain nonsense."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.directory.changes import Ignored, Kind, MembershipChange, Unreadable
from concierge.directory.events import read
from concierge.errors import MalformedEvent

EVENTS = Path(__file__).parents[3] / "events"
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)
SOURCES = sorted(
    path.name for path in EVENTS.glob("*.json") if not path.name.startswith(("saml", "presigned", "scheduled"))
)


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return found


def changed(name: str, **values: Any) -> dict[str, Any]:
    """A sample with other values at dotted paths, written with __ for the dot."""
    event = sample(name)
    for path, value in values.items():
        *parents, last = path.split("__")
        place: Any = event
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        place[last] = value
    return event


def only(event: dict[str, Any]) -> MembershipChange | Ignored | Unreadable:
    (found,) = read(event, now=NOW)
    return found


def ignored(event: dict[str, Any]) -> str:
    found = only(event)
    assert isinstance(found, Ignored)
    return found.reason


def change(event: dict[str, Any]) -> MembershipChange:
    found = only(event)
    assert isinstance(found, MembershipChange)
    return found


# -- Windows, through CloudWatch Logs -------------------------------------------------------------


def record(name: str) -> str:
    payload = json.loads(gzip.decompress(base64.b64decode(sample(name)["awslogs"]["data"])))
    return str(payload["logEvents"][0]["message"])


def logs(*messages: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    events = [{"id": f"line-{number}", "timestamp": 0, "message": text} for number, text in enumerate(messages)]
    payload = {"messageType": kind, "logGroup": "dc", "logStream": "s", "logEvents": events}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()}}


ADD, REMOVE, DISABLE = (
    record(f"win-{name}.json") for name in ("4728-add-global", "4729-remove-global", "4725-user-disabled")
)


def test_a_batch_is_read_line_by_line_in_its_own_order() -> None:
    found = read(logs(REMOVE, ADD, DISABLE), now=NOW)
    assert [each.kind for each in found if isinstance(each, MembershipChange)] == [
        Kind.REMOVE,
        Kind.ADD,
        Kind.DISABLE,
    ]


def test_a_line_that_cannot_be_read_takes_no_other_with_it() -> None:
    good, bad, also_good = read(logs(ADD, "<Event", REMOVE), now=NOW)
    assert isinstance(good, MembershipChange)
    assert isinstance(also_good, MembershipChange)
    assert isinstance(bad, Unreadable)
    assert bad.reason.startswith("field awslogs.data.logEvents[1]: message: not XML")


@pytest.mark.parametrize("number", ["4746", "4747", "4751", "4752", "4761", "4762"])
def test_a_distribution_group_gives_nobody_access(number: str) -> None:
    assert "distribution group" in ignored(logs(ADD.replace("4728", number)))


@pytest.mark.parametrize("number", ["4732", "4756"])
def test_local_and_universal_groups_are_groups(number: str) -> None:
    assert change(logs(ADD.replace("4728", number))).kind is Kind.ADD


@pytest.mark.parametrize("number", ["4730", "4734", "4758"])
def test_a_deleted_group_is_a_reason_to_read_the_directory(number: str) -> None:
    found = change(logs(ADD.replace("4728", number)))
    assert (found.kind, found.reason) == (Kind.RESYNC, "the group was deleted")
    assert found.group is not None


@pytest.mark.parametrize(("number", "kind"), [("4722", Kind.ENABLE), ("4725", Kind.DISABLE), ("4726", Kind.DELETE)])
def test_what_happens_to_accounts_concerns_the_whole_person(number: str, kind: Kind) -> None:
    found = change(logs(DISABLE.replace("4725", number)))
    assert (found.kind, found.group) == (kind, None)


def test_a_renamed_account_has_its_new_name() -> None:
    names = '<Data Name="OldTargetUserName">li.wei</Data><Data Name="NewTargetUserName">li.chen</Data>'
    renamed = DISABLE.replace("4725", "4781").replace('<Data Name="TargetUserName">li.wei</Data>', names)
    renamed = renamed.replace("<Data Name='TargetUserName'>li.wei</Data>", names)
    found = change(logs(renamed))
    assert found.kind is Kind.RENAME
    assert found.person is not None
    assert found.person.account_name == "li.chen"


def test_a_computer_is_nobody() -> None:
    assert ignored(logs(DISABLE.replace("li.wei", "WS-0815$"))) == "a computer, not a person"


def test_other_records_of_the_log_are_none_of_our_business() -> None:
    assert ignored(logs(DISABLE.replace("4725", "4624"))) == "4624 does not change memberships"


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE Event [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ADD,
        "<!DOCTYPE Event>" + ADD,
        ADD.replace("studio-ml-research", "studio<!-- -->-ml-research"),
        ADD.replace("studio-ml-research", "<![CDATA[studio-ml-research]]>"),
        ADD.replace("studio-ml-research", "&x;"),
    ],
)
def test_a_record_with_a_dtd_or_other_markup_is_not_read(xml: str) -> None:
    (found,) = read(logs(xml), now=NOW)
    assert isinstance(found, Unreadable)


def test_a_control_message_only_probes() -> None:
    assert "control message" in ignored(logs(kind="CONTROL_MESSAGE"))


def test_a_bomb_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(b" " * (33 * 1024 * 1024))).decode()
    with pytest.raises(MalformedEvent, match="more than 33554432 bytes"):
        read({"awslogs": {"data": bomb}}, now=NOW)


@pytest.mark.parametrize("data", ["", "%%%", base64.b64encode(b"plain").decode(), 7])
def test_what_is_no_gzip_is_malformed(data: object) -> None:
    with pytest.raises(MalformedEvent, match=r"awslogs\.data"):
        read({"awslogs": {"data": data}}, now=NOW)


def test_samba_writes_into_the_same_log() -> None:
    found = change(logs(json.dumps(sample("samba-4728-add.json"))))
    assert (found.kind, found.directory) == (Kind.ADD, "corp.example.com")


# -- Samba ----------------------------------------------------------------------------------------


def test_a_change_that_samba_refused_changes_nothing() -> None:
    assert "failed" in ignored(changed("samba-4728-add.json", groupChange__statusCode=50))


def test_an_unknown_version_of_sambas_audit_is_malformed() -> None:
    with pytest.raises(MalformedEvent, match="this release reads 1"):
        read(changed("samba-4728-add.json", groupChange__version={"major": 2, "minor": 0}), now=NOW)


def test_two_members_of_one_transaction_are_two_events() -> None:
    one = change(sample("samba-4728-add.json"))
    other = change(changed("samba-4728-add.json", groupChange__user="CN=Amara,OU=People,DC=corp,DC=example,DC=com"))
    assert one.dedupe_key != other.dedupe_key


# -- Identity Center ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "idc-console-add-member.json",
        "identitystore-create-group-membership.json",
        "identitystore-delete-group-membership.json",
        "idc-scim-patch-group.json",
    ],
)
def test_a_call_that_was_refused_changes_nothing(name: str) -> None:
    assert "was refused with AccessDenied" in ignored(changed(name, detail__errorCode="AccessDenied"))


def test_leaving_in_the_console_names_both() -> None:
    found = change(changed("idc-console-add-member.json", detail__eventName="RemoveMemberFromGroup"))
    assert found.kind is Kind.REMOVE
    assert found.person is not None
    assert found.group is not None


def test_a_deleted_user_of_the_store_is_named_by_id() -> None:
    event = changed("identitystore-create-group-membership.json", detail__eventName="DeleteUser")
    event["detail"]["requestParameters"] = {"identityStoreId": "d-9067d4e5f6", "userId": "u-1"}
    found = change(event)
    assert (found.kind, found.group) == (Kind.DELETE, None)
    assert found.person is not None
    assert found.person.vendor_id == "u-1"


def test_other_calls_of_the_store_are_ignored() -> None:
    assert "ListUsers" in ignored(changed("idc-console-add-member.json", detail__eventName="ListUsers"))


def test_a_user_that_scim_changed_is_a_reason_to_read_and_names_no_group() -> None:
    found = change(changed("idc-scim-patch-group.json", detail__eventName="PatchUser"))
    assert (found.kind, found.group) == (Kind.RESYNC, None)


# -- Okta -----------------------------------------------------------------------------------------


def test_oktas_targets_may_come_in_any_order() -> None:
    event = sample("okta-add.json")
    event["detail"]["target"].reverse()
    assert read(event, now=NOW) == read(sample("okta-add.json"), now=NOW)


def test_what_did_not_succeed_at_okta_changes_nothing() -> None:
    assert ignored(changed("okta-add.json", detail__outcome={"result": "FAILURE"})).endswith("ended with FAILURE")


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("user.lifecycle.suspend", Kind.DISABLE),
        ("user.lifecycle.unsuspend", Kind.ENABLE),
        ("user.lifecycle.reactivate", Kind.ENABLE),
        ("user.lifecycle.delete.completed", Kind.DELETE),
    ],
)
def test_a_persons_life_at_okta(event_type: str, kind: Kind) -> None:
    assert change(changed("okta-deactivate.json", detail__eventType=event_type)).kind is kind


def test_a_membership_without_its_user_is_malformed() -> None:
    event = sample("okta-add.json")
    event["detail"]["target"] = event["detail"]["target"][1:]
    with pytest.raises(MalformedEvent, match="expected an entry of type User"):
        read(event, now=NOW)


def test_other_events_of_okta_are_ignored() -> None:
    assert "user.session.start" in ignored(changed("okta-add.json", detail__eventType="user.session.start"))


# -- Entra ID -------------------------------------------------------------------------------------


def test_entras_targets_may_come_in_any_order() -> None:
    event = sample("entra-audit-add.json")
    event["targetResources"].reverse()
    assert read(event, now=NOW) == read(sample("entra-audit-add.json"), now=NOW)


def test_a_list_of_records_and_an_event_around_one_are_read_alike() -> None:
    one = sample("entra-audit-add.json")
    assert read({"value": [one, one]}, now=NOW) == read(one, now=NOW) * 2
    assert read({"detail-type": "Entra Audit", "source": "corp.entra", "detail": one}, now=NOW) == read(one, now=NOW)


def test_one_bad_record_of_a_list_takes_no_other_with_it() -> None:
    one = sample("entra-audit-add.json")
    bad, good = read({"value": [{**one, "targetResources": "x"}, one]}, now=NOW)
    assert isinstance(bad, Unreadable)
    assert isinstance(good, MembershipChange)


def test_leaving_has_the_group_among_the_old_values() -> None:
    event = changed("entra-audit-add.json", activityDisplayName="Remove member from group")
    for each in event["targetResources"][0]["modifiedProperties"]:
        each["oldValue"], each["newValue"] = each["newValue"], None
    found = change(event)
    assert found.kind is Kind.REMOVE
    assert found.group is not None
    assert found.group.account_name == "studio-ml-research"


def test_an_update_is_a_rename_only_if_the_name_changed() -> None:
    event = changed("entra-audit-add.json", activityDisplayName="Update user")
    assert ignored(event) == "the user's name did not change"
    event["targetResources"][0]["modifiedProperties"] = [
        {"displayName": "UserPrincipalName", "oldValue": '["a@example.com"]', "newValue": '"b@example.com"'}
    ]
    found = change(event)
    assert found.kind is Kind.RENAME
    assert found.person is not None
    assert found.person.upn == "b@example.com"


def test_a_failed_record_changes_nothing() -> None:
    assert ignored(changed("entra-audit-add.json", result="failure")).endswith("ended with failure")


def test_a_group_inside_a_group_is_not_a_person() -> None:
    assert "not about a person" in ignored(changed("entra-audit-add.json", targetResources__0__type="Group"))


def test_notifications_that_graph_lost_are_a_reason_to_read_the_directory() -> None:
    lost = {"lifecycleEvent": "missed", "subscriptionId": "s", "tenantId": "t", "clientState": "c"}
    found = change({"value": [lost]})
    assert (found.kind, found.directory, found.group) == (Kind.RESYNC, "t", None)
    assert "renew it" in ignored({"value": [{**lost, "lifecycleEvent": "reauthorizationRequired"}]})


def test_a_notification_counts_from_when_it_came() -> None:
    found = read(sample("entra-graph-notification.json"), now=NOW)
    assert {each.occurred_at for each in found if isinstance(each, MembershipChange)} == {NOW}


# -- whatever comes -------------------------------------------------------------------------------

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["1.0", "v1", "2026-03-02"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutated(event: dict[str, Any], path: tuple[Any, ...], how: Callable[[Any, Any], None]) -> dict[str, Any]:
    copy = deepcopy(event)
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    how(place, path[-1])
    return copy


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_event_however_mangled_is_anything_but_read_or_malformed(name: str, data: st.DataObject) -> None:
    event = sample(name)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(event))))
        value = data.draw(junk)
        event = mutated(event, path, lambda place, key, value=value: place.__setitem__(key, value))  # type: ignore[misc]
    try:
        found = read(event, now=NOW)
    except MalformedEvent:
        return
    assert all(isinstance(each, MembershipChange | Ignored | Unreadable) for each in found)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_line_of_a_log_is_anything_but_read_or_unreadable(line: str) -> None:
    (found,) = read(logs(line), now=NOW)
    assert isinstance(found, Unreadable)
