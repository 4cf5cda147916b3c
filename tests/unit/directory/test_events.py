"""Every sample event gives the result that its source means, and malformed ones say where they are wrong."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from concierge.directory import sources
from concierge.directory.changes import Ignored, Kind, MembershipChange
from concierge.directory.events import SOURCES, read
from concierge.errors import MalformedEvent
from concierge.model import Identity

ROOT = Path(__file__).parents[3]
EXPECTED = json.loads((Path(__file__).parent / "expected_events.json").read_text())
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)
NOT_CARRIED = {"membership_id"}  # nobody keeps which membership had which id


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "events" / name).read_text())
    return found


@pytest.mark.parametrize("case", EXPECTED["cases"], ids=lambda case: case["file"])
def test_a_sample_event_gives_what_its_source_means(case: dict[str, Any]) -> None:
    found = read(sample(case["file"]), now=NOW)
    expected = case["expected"].get("events", [case["expected"]])
    assert len(found) == len(expected)
    for change, wanted in zip(found, expected, strict=True):
        assert isinstance(change, MembershipChange)
        spoken = said(change)
        for key in wanted.keys() - NOT_CARRIED:
            assert of_interest(spoken[key], wanted[key]) == folded(wanted[key]), key


def said(change: MembershipChange) -> dict[str, Any]:
    """What a change says, in the words of expected_events.json; names compare without case, times as instants."""
    return {
        "action": str(change.kind),
        "directory": change.directory.lower(),
        "dedupe_key": change.dedupe_key.lower(),
        "occurred_at": change.occurred_at,
        "user": spelled(change.person),
        "group": spelled(change.group),
        "reason": change.reason.lower(),
    }


def spelled(identity: Identity | None) -> dict[str, str] | None:
    if identity is None:
        return None
    vendor = dict.fromkeys(("idc_user_id", "idc_group_id", "okta_id", "entra_id"), identity.vendor_id)
    names = {"sam": identity.account_name, "name": identity.account_name, "upn": identity.upn, "login": identity.upn}
    ids = {"sid": identity.sid, "guid": identity.guid, "dn": identity.dn}
    return {key: value.lower() for key, value in {**vendor, **names, **ids}.items() if value}


def folded(value: Any) -> Any:
    match value:
        case dict():
            return {key: each.lower() for key, each in value.items()}
        case str():
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                return value.lower()
        case _:
            return value


def of_interest(found: Any, wanted: Any) -> Any:
    """What is found, without what nobody asked about."""
    return {key: each for key, each in (found or {}).items() if key in wanted} if isinstance(wanted, dict) else found


def test_every_sample_of_a_source_says_what_is_expected_of_it() -> None:
    others = ("scheduled-", "saml-", "presigned-url-")  # what wakes other functions
    samples = {path.name for path in (ROOT / "events").glob("*.json") if not path.name.startswith(others)}
    assert samples == {case["file"] for case in EXPECTED["cases"]}


def test_every_module_of_sources_is_asked() -> None:
    folder = Path(sources.__file__).parent
    inner = {"__init__", "cloudtrail", "windows_security"}  # what others read with
    asked = {each.__name__.rpartition(".")[2] for each in SOURCES if isinstance(each, ModuleType)}
    assert {path.stem for path in folder.glob("*.py")} - inner == asked


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


def test_a_member_named_by_a_realm_may_be_of_another_directory() -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["requestParameters"]["memberRealm"] = "partner.example.net"
    (found,) = read(event, now=NOW)
    assert isinstance(found, MembershipChange)
    assert (found.kind, found.person) == (Kind.RESYNC, None)
    assert "partner.example.net" in found.reason


@pytest.mark.parametrize("parameter", ["memberName", "groupName"])
@pytest.mark.parametrize("value", [None, "HIDDEN_DUE_TO_SECURITY_REASONS"])
def test_what_the_call_hides_is_a_reason_to_read_the_directory(parameter: str, value: str | None) -> None:
    event = sample("dsdata-add-group-member.json")
    event["detail"]["requestParameters"][parameter] = value
    (found,) = read(event, now=NOW)
    assert isinstance(found, MembershipChange)
    assert (found.kind, found.person) == (Kind.RESYNC, None)
    assert (found.group is None) is (parameter == "groupName")


def test_an_account_that_only_its_sid_names_is_still_an_account() -> None:
    event = sample("dsdata-disable-user.json")
    event["detail"]["requestParameters"]["sAMAccountName"] = "HIDDEN_DUE_TO_SECURITY_REASONS"
    (found,) = read(event, now=NOW)
    assert isinstance(found, MembershipChange)
    assert found.person is not None
    assert (found.kind, found.person.account_name, found.person.sid[:4]) == (Kind.DISABLE, "", "S-1-")


def test_an_account_that_nothing_names_is_a_reason_to_read_the_directory() -> None:
    event = sample("dsdata-disable-user.json")
    del event["detail"]["requestParameters"]["sAMAccountName"], event["detail"]["additionalEventData"]
    (found,) = read(event, now=NOW)
    assert isinstance(found, MembershipChange)
    assert (found.kind, found.reason) == (Kind.RESYNC, "the event does not say whose account it is")


def test_a_deleted_group_is_a_reason_to_read_the_directory() -> None:
    event = sample("dsdata-disable-user.json")
    event["detail"]["eventName"] = "DeleteGroup"
    event["detail"]["requestParameters"] = {"directoryId": "d-9067a1b2c3", "SAMAccountName": "studio-ml-research"}
    (found,) = read(event, now=NOW)
    assert isinstance(found, MembershipChange)
    assert found.group is not None
    assert (found.kind, found.group.account_name) == (Kind.RESYNC, "studio-ml-research")


def test_an_unknown_major_version_of_cloudtrails_records_is_malformed() -> None:
    event = sample("dsdata-disable-user.json")
    event["detail"]["eventVersion"] = "2.01"
    with pytest.raises(MalformedEvent, match=r"field detail\.eventVersion: '2\.01'; this release reads 1\.x"):
        read(event, now=NOW)


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
        ("occurredat", "2026-W10-1T14:59:58Z", "field detail.occurredat: expected a time"),
        ("occurredat", "0001-01-01T00:00:00+14:00", "field detail.occurredat: expected a time"),
        ("occurredat", "2026-03-02T15:11:00Z", "more than 5 minutes ahead"),
        ("dataversion", "2.0", "field detail.dataversion: '2.0'; this release reads 1.x"),
        ("subject", {"mail": "x@example.com"}, "field detail.subject: needs at least one of guid, sid, sam and upn"),
        ("subject", ["x"], "field detail.subject: expected an object, found list"),
        ("id", 7, "field detail.id: expected a non-empty string, found int '7'"),
    ],
)
def test_a_wrong_field_says_what_would_be_right(path: str, value: object, message: str) -> None:
    event = sample("canonical-member-added.json")
    event["detail"][path] = value
    with pytest.raises(MalformedEvent, match=message.replace("(", r"\(")):
        read(event, now=NOW)


@pytest.mark.parametrize("detail_type", ["directory.member.added.v2", "directory.member.invited.v1"])
def test_an_unknown_kind_or_version_is_refused(detail_type: str) -> None:
    event = sample("canonical-member-added.json")
    event["detail-type"] = detail_type
    with pytest.raises(MalformedEvent, match="field detail-type"):
        read(event, now=NOW)


def test_an_event_of_no_known_source_is_refused_and_described() -> None:
    with pytest.raises(MalformedEvent, match="source 'shop', detail-type 'Order placed', eventSource None"):
        read({"source": "shop", "detail-type": "Order placed", "detail": {}}, now=NOW)


def test_clock_skew_of_a_few_minutes_is_no_reason_to_refuse() -> None:
    event = sample("canonical-member-added.json")
    event["detail"]["occurredat"] = (NOW + timedelta(minutes=4)).isoformat()
    assert len(read(event, now=NOW)) == 1
