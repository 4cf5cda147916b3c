"""Okta's system log: targets in any order, failures, and a person's life."""

from __future__ import annotations

import pytest

from concierge.directory.changes import Kind
from concierge.directory.events import read
from concierge.errors import MalformedEvent
from tests.support.directory_events import NOW, change, changed, ignored, sample


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
        ("user.lifecycle.delete.initiated", Kind.DELETE),
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


def test_a_group_that_okta_deleted_is_a_reason_to_read_the_directory() -> None:
    found = change(changed("okta-add.json", detail__eventType="group.lifecycle.delete"))
    assert found.group is not None
    assert (found.kind, found.person, found.group.account_name) == (Kind.RESYNC, None, "studio-ml-research")


def test_what_okta_does_not_know_is_no_login() -> None:
    event = sample("okta-deactivate.json")
    event["detail"]["target"][0]["alternateId"] = "unknown"
    found = change(event)
    assert found.person is not None
    assert (found.person.upn, found.person.vendor_id) == ("", "00uexampleAMA00001")


def test_an_unknown_version_of_oktas_log_is_malformed() -> None:
    with pytest.raises(MalformedEvent, match=r"field detail\.version: '1'"):
        read(changed("okta-add.json", detail__version="1"), now=NOW)


def test_oktas_bus_names_the_organisation() -> None:
    with pytest.raises(MalformedEvent, match="field source"):
        read(changed("okta-add.json", source="aws.partner/okta.com//studio"), now=NOW)


def test_other_events_of_okta_are_ignored() -> None:
    assert "user.session.start" in ignored(changed("okta-add.json", detail__eventType="user.session.start"))
