"""Identity Center: what was refused, what is hidden, and who is named by id only."""

from __future__ import annotations

from typing import Any

import pytest

from concierge.directory.changes import Kind
from tests.support.directory_events import change, changed, ignored, sample


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


def without(event: dict[str, Any], name: str) -> dict[str, Any]:
    del event["detail"]["requestParameters"][name]
    return event


@pytest.mark.parametrize(
    "event",
    [
        without(sample("idc-console-add-member.json"), "member"),
        without(sample("identitystore-create-group-membership.json"), "memberId"),
        changed("idc-console-add-member.json", detail__requestParameters__member="HIDDEN_DUE_TO_SECURITY_REASONS"),
        changed("idc-console-add-member.json", detail__requestParameters__member={"memberId": None}),
        without(sample("idc-console-add-member.json"), "groupId"),
    ],
)
def test_a_membership_that_does_not_name_both_is_a_reason_to_read_the_store(event: dict[str, Any]) -> None:
    found = change(event)
    assert (found.kind, found.person, found.directory) == (Kind.RESYNC, None, "d-9067d4e5f6")


@pytest.mark.parametrize(("name", "kind"), [("DisableUser", Kind.DISABLE), ("EnableUser", Kind.ENABLE)])
def test_the_console_disables_and_enables(name: str, kind: Kind) -> None:
    event = changed("idc-console-add-member.json", detail__eventName=name)
    event["detail"]["requestParameters"] = {"identityStoreId": "d-9067d4e5f6", "userId": "u-1"}
    assert change(event).kind is kind
    assert change(without(event, "userId")).kind is Kind.RESYNC


@pytest.mark.parametrize("name", ["UpdateGroup", "UpdateUser", "DeleteGroup"])
def test_what_the_store_does_not_say_is_read_from_it(name: str) -> None:
    found = change(changed("idc-console-add-member.json", detail__eventName=name))
    assert found.kind is Kind.RESYNC
    assert (found.group is None) is (name == "UpdateUser")


def test_a_deleted_user_of_the_store_is_named_by_id() -> None:
    event = changed("identitystore-create-group-membership.json", detail__eventName="DeleteUser")
    event["detail"]["requestParameters"] = {"identityStoreId": "d-9067d4e5f6", "userId": "u-1"}
    found = change(event)
    assert (found.kind, found.group) == (Kind.DELETE, None)
    assert found.person is not None
    assert found.person.vendor_id == "u-1"


def test_other_calls_of_the_store_are_ignored() -> None:
    assert "ListUsers" in ignored(changed("idc-console-add-member.json", detail__eventName="ListUsers"))


def test_scim_creates_groups_with_members_and_deletes_users_by_id() -> None:
    assert change(changed("idc-scim-patch-group.json", detail__eventName="CreateGroup")).kind is Kind.RESYNC
    assert "CreateGroup" in ignored(changed("idc-console-add-member.json", detail__eventName="CreateGroup"))
    found = change(changed("idc-scim-patch-group.json", detail__eventName="DeleteUser"))
    assert found.person is not None
    assert (found.kind, found.person.vendor_id[:8]) == (Kind.DELETE, "cb063241")


def test_a_user_that_scim_changed_is_a_reason_to_read_and_names_no_group() -> None:
    found = change(changed("idc-scim-patch-group.json", detail__eventName="PatchUser"))
    assert (found.kind, found.group) == (Kind.RESYNC, None)
