"""Entra ID: audit records in every wrapping, and notifications that say little."""

from __future__ import annotations

import pytest

from concierge.directory.changes import Ignored, Kind, MembershipChange, Unreadable
from concierge.directory.events import read
from tests.support.directory_events import NOW, change, changed, ignored, sample


def test_entras_targets_may_come_in_any_order() -> None:
    event = sample("entra-audit-add.json")
    event["targetResources"].reverse()
    assert read(event, now=NOW) == read(sample("entra-audit-add.json"), now=NOW)


def test_a_list_of_records_and_an_event_around_one_are_read_alike() -> None:
    one = sample("entra-audit-add.json")
    assert read({"value": [one, one]}, now=NOW) == read(one, now=NOW) * 2
    around = {"detail-type": "Entra Audit", "source": "entra", "detail": one}
    assert read(around, now=NOW) == read(one, now=NOW)
    assert read({**around, "detail": {"value": [one, one]}}, now=NOW) == read(one, now=NOW) * 2


def test_a_record_is_of_its_tenant_or_else_of_who_sends_it() -> None:
    one = sample("entra-audit-add.json")
    assert change({"detail-type": "Entra Audit", "source": "corp.entra", "detail": one}).directory == "corp.entra"
    tenant = {**one, "tenantId": "eadf3d72-c271-56b8-bd76-b796841f5a18"}
    assert change({"detail-type": "Entra Audit", "source": "corp.entra", "detail": tenant}).directory.startswith("eadf")


def test_one_bad_record_of_a_list_takes_no_other_with_it() -> None:
    one = sample("entra-audit-add.json")
    bad, good = read({"value": [{**one, "targetResources": "x"}, one]}, now=NOW)
    assert isinstance(bad, Unreadable)
    assert isinstance(good, MembershipChange)
    (bad, good) = read({"value": [{}, one]}, now=NOW)
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
    name = {"displayName": "UserPrincipalName", "oldValue": '["a@example.com"]'}
    for new in ('"b@example.com"', '["b@example.com"]', "b@example.com"):
        event["targetResources"][0]["modifiedProperties"] = [{**name, "newValue": new}]
        found = change(event)
        assert found.kind is Kind.RENAME
        assert found.person is not None
        assert found.person.upn == "b@example.com"
    event["targetResources"][0]["modifiedProperties"] = [{**name, "newValue": name["oldValue"]}]
    assert ignored(event) == "the user's name did not change"
    event["targetResources"][0]["modifiedProperties"] = [{**name, "newValue": None}]
    assert change(event).kind is Kind.RESYNC


@pytest.mark.parametrize("mark", ["fccb6888f1985bdf9314976bfd679ac3", "FCCB6888F1985BDF9314976BFD679AC3", ""])
def test_a_deleted_user_keeps_the_name_that_they_had(mark: str) -> None:
    event = changed("entra-audit-add.json", activityDisplayName="Delete user")
    event["targetResources"][0]["userPrincipalName"] = f"{mark}amara.okafor@example.com"
    found = change(event)
    assert found.person is not None
    assert (found.kind, found.group, found.person.upn) == (Kind.DELETE, None, "amara.okafor@example.com")


@pytest.mark.parametrize(
    ("activity", "kind"),
    [("Disable account", Kind.DISABLE), ("Enable account", Kind.ENABLE), ("Restore user", Kind.ENABLE)],
)
def test_a_persons_life_at_entra(activity: str, kind: Kind) -> None:
    found = change(changed("entra-audit-add.json", activityDisplayName=activity))
    assert (found.kind, found.group) == (kind, None)


def test_a_group_that_entra_deleted_is_a_reason_to_read_the_directory() -> None:
    event = changed("entra-audit-add.json", activityDisplayName="Delete group")
    event["targetResources"] = event["targetResources"][1:]
    found = change(event)
    assert found.group is not None
    assert (found.kind, found.person, found.group.vendor_id[:8]) == (Kind.RESYNC, None, "126fe434")


def test_other_activities_at_entra_are_ignored() -> None:
    assert "Add owner to group" in ignored(changed("entra-audit-add.json", activityDisplayName="Add owner to group"))


def test_a_failed_record_changes_nothing() -> None:
    assert ignored(changed("entra-audit-add.json", result="failure")).endswith("ended with failure")


def test_a_group_inside_a_group_is_a_reason_to_read_the_directory_and_a_device_is_nobody() -> None:
    found = change(changed("entra-audit-add.json", targetResources__0__type="Group"))
    assert (found.kind, found.person, found.group) == (Kind.RESYNC, None, None)
    assert "not about a person" in ignored(changed("entra-audit-add.json", targetResources__0__type="Device"))


def test_notifications_that_graph_lost_are_a_reason_to_read_the_directory() -> None:
    lost = {"lifecycleEvent": "missed", "subscriptionId": "s", "tenantId": "t", "clientState": "c"}
    found = change({"value": [lost]})
    assert (found.kind, found.directory, found.group) == (Kind.RESYNC, "t", None)
    assert "renew it" in ignored({"value": [{**lost, "lifecycleEvent": "reauthorizationRequired"}]})


def test_one_bad_notification_takes_no_other_with_it() -> None:
    good = sample("entra-graph-notification.json")["value"][0]
    found = read({"value": [7, {**good, "tenantId": None}, {**good, "resourceData": {"id": "g"}}, good]}, now=NOW)
    assert [type(each) for each in found] == [Unreadable, Unreadable, Ignored, MembershipChange, MembershipChange]


def test_a_notification_counts_from_when_it_came() -> None:
    found = read(sample("entra-graph-notification.json"), now=NOW)
    assert {each.occurred_at for each in found if isinstance(each, MembershipChange)} == {NOW}
