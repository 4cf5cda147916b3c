"""Every sample event gives the result that its source means, and malformed ones say where they are wrong."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from concierge.directory.changes import Ignored, MembershipChange
from concierge.directory.events import read
from concierge.errors import MalformedEvent

ROOT = Path(__file__).parents[3]
EXPECTED = json.loads((Path(__file__).parent / "expected_events.json").read_text())
SAMPLES = (
    "canonical-group-resync.json",
    "canonical-member-added.json",
    "canonical-user-disabled.json",
    "dsdata-add-group-member.json",
    "dsdata-disable-user.json",
    "dsdata-remove-group-member.json",
)
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "events" / name).read_text())
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_event_gives_what_its_source_means(name: str) -> None:
    (change,) = read(sample(name), now=NOW)
    expected = EXPECTED[name]
    assert isinstance(change, MembershipChange)
    assert change.kind == expected["action"]
    assert change.dedupe_key == expected["dedupe_key"]
    assert change.directory == expected["directory"]
    assert change.occurred_at == datetime.fromisoformat(expected["occurred_at"])
    for found, wanted in ((change.person, expected.get("user")), (change.group, expected.get("group"))):
        if wanted is None:
            assert found is None
            continue
        assert found is not None
        spelled = {"sam": found.account_name, "sid": found.sid, "guid": found.guid, "upn": found.upn}
        assert {key: spelled[key] for key in wanted} == wanted


def test_a_refused_call_changes_nothing() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["errorCode"] = "AccessDeniedException"
    (ignored,) = read(event, now=NOW)
    assert isinstance(ignored, Ignored)
    assert ignored.reason == "AddGroupMember was refused with AccessDeniedException"


def test_a_computer_account_is_not_a_person() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["requestParameters"]["memberName"] = "WS-0815$"
    (ignored,) = read(event, now=NOW)
    assert isinstance(ignored, Ignored)
    assert "computer" in ignored.reason


def test_a_member_of_another_realm_is_not_ours() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["requestParameters"]["memberRealm"] = "partner.example.net"
    (ignored,) = read(event, now=NOW)
    assert isinstance(ignored, Ignored)
    assert "partner.example.net" in ignored.reason


def test_other_calls_of_the_service_are_ignored_with_a_reason() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["eventName"] = "UpdateGroup"
    (ignored,) = read(event, now=NOW)
    assert isinstance(ignored, Ignored)
    assert "UpdateGroup" in ignored.reason


def test_both_spellings_of_the_service_are_read() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["eventSource"] = "ds-data.amazonaws.com"
    assert read(event, now=NOW) == read(sample("dsdata-add-group-member.json"), now=NOW)


def _without(path: str) -> dict[str, Any]:
    event = sample("canonical-member-added.json")
    *parents, last = path.split(".")
    place = event
    for parent in parents:
        place = place[parent]
    del place[last]
    return event


@pytest.mark.parametrize(
    "path",
    [
        "detail-type",
        "source",
        "detail",
        "detail.id",
        "detail.occurredat",
        "detail.directory",
        "detail.subject",
        "detail.group",
        "detail.dataversion",
    ],
)
def test_a_missing_field_is_named(path: str) -> None:
    with pytest.raises(MalformedEvent, match=f"field {path}"):
        read(_without(path), now=NOW)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("occurredat", "yesterday", "field detail.occurredat: expected a time"),
        ("occurredat", "2026-03-02T14:59:58", "field detail.occurredat: expected a time"),
        ("occurredat", "2026-03-02T15:11:00Z", "more than 5 minutes ahead"),
        ("dataversion", "2.0", "field detail.dataversion: '2.0'; this release reads 1.x"),
        ("subject", {"upn": "x@example.com"}, "field detail.subject: needs at least one of guid, sid and sam"),
        ("subject", ["x"], "field detail.subject: expected an object, found list"),
        ("id", 7, "field detail.id: expected a non-empty string, found int '7'"),
    ],
)
def test_a_wrong_field_says_what_would_be_right(path: str, value: object, message: str) -> None:
    event = sample("canonical-member-added.json")
    event["detail"][path] = value
    with pytest.raises(MalformedEvent, match=message.replace("(", r"\(")):
        read(event, now=NOW)


@pytest.mark.parametrize("detail_type", ["directory.member.added.v2", "directory.member.invited.v1", "Order placed"])
def test_an_unknown_kind_or_version_is_refused(detail_type: str) -> None:
    event = sample("canonical-member-added.json")
    event["detail-type"] = detail_type
    with pytest.raises(MalformedEvent, match="field detail-type"):
        read(event, now=NOW)


def test_clock_skew_of_a_few_minutes_is_no_reason_to_refuse() -> None:
    event = sample("canonical-member-added.json")
    event["detail"]["occurredat"] = (NOW + timedelta(minutes=4)).isoformat()
    assert len(read(event, now=NOW)) == 1
