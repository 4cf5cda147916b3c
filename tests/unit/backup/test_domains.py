"""What is kept of a domain: enough to build its people again, every night under a name of its own."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from concierge.backup.domains import DomainBackup
from concierge.backup.record import WriteDomainRecord, key_of
from concierge.model import Door, Space, Status
from concierge.night.sweep import SweepFailed
from concierge.plan import Change
from tests.support.house_fakes import Domains, described, limits, target
from tests.support.night_fakes import (
    AMARA_TAGS,
    NOW,
    RESEARCH,
    SALES,
    Ledger,
    Records,
    Trail,
    binding,
    catalog,
    sweep_of,
)

EVENT = {"schedule": "night", "time": NOW.isoformat()}
KEY = "domains/research/2026-03-02.json"


def space(name: str, maker: str, *, is_private: bool) -> Space:
    owner = maker if is_private else None
    return Space(name=name, arn=f"arn/{name}", status=Status.IN_SERVICE, owner=owner, made_by=maker)


def research() -> Domains:
    return Domains(
        {RESEARCH.domain_id: described(lab=limits())},
        held_profiles={"ben-ito": Status.FAILED, "amara-okafor": Status.IN_SERVICE},
        held_spaces=(space("team", "ben-ito", is_private=False), space("lab", "amara-okafor", is_private=True)),
    )


def room(domains: Domains, records: Records) -> DomainBackup:
    closed = binding("ben-ito", login="ben.ito", door=Door.CLOSED, closed_at=NOW - timedelta(days=3))
    ledger = Ledger({"research": (closed, binding())})
    return DomainBackup(ledger=ledger, studio=lambda _domain: domains, records=records)


def night(domains: Domains, records: Records, *known: Any, event: dict[str, str] | None = None) -> dict[str, Any]:
    return sweep_of(room(domains, records), catalog(*known), Trail()).sweep(event or EVENT)


def test_the_record_tells_who_was_there_with_what_and_how_the_domain_was_set_up() -> None:
    records = Records()
    answer = night(research(), records)
    assert answer["domains"]["research"] == {
        "profiles": 2, "spaces": 2, "bindings": 2, "findings": 0, "applied": 1
    }  # fmt: skip
    kept: dict[str, Any] = dict(records.held[KEY])
    assert kept["domain"] == {
        "name": "research", "account": "111122223333", "region": "eu-west-1", "domain_id": "d-research"
    }  # fmt: skip
    assert kept["description"] == described(lab=limits())
    assert kept["profiles"] == {"amara-okafor": "InService", "ben-ito": "Failed"}
    assert kept["spaces"] == [
        {"name": "lab", "status": "InService", "owner": "amara-okafor", "is_private": True},
        {"name": "team", "status": "InService", "owner": "ben-ito", "is_private": False},
    ]
    amara, ben = kept["bindings"]
    assert amara == {
        "person": "guid:amara-okafor",
        "login": "amara.okafor",
        "profile": "amara-okafor",
        "persona": "data-scientist",
        "role": "studio-exec-amara",
        "tags": AMARA_TAGS,
        "door": "open",
        "since": "2026-03-02T22:00:00+00:00",
        "closed_at": None,
    }
    assert (ben["door"], ben["closed_at"]) == ("closed", "2026-02-27T22:00:00+00:00")


def test_the_same_run_again_writes_the_same_bytes_under_the_same_key() -> None:
    records, domains = Records(), research()
    night(domains, records)
    first = json.dumps(records.held[KEY])
    domains.held_spaces = domains.held_spaces[::-1]
    domains.held_profiles = dict(reversed(list(domains.held_profiles.items())))
    night(domains, records)
    assert list(records.held) == [KEY]
    assert json.dumps(records.held[KEY]) == first


def test_another_night_is_another_record_that_differs_in_its_time_alone() -> None:
    records, domains = Records(), research()
    night(domains, records)
    night(domains, records, event={"schedule": "night", "time": (NOW + timedelta(days=1)).isoformat()})
    first, second = records.held[KEY], records.held["domains/research/2026-03-03.json"]
    assert first != second
    assert {**first, "at": None} == {**second, "at": None}


def test_the_day_is_that_of_utc() -> None:
    seoul = timezone(timedelta(hours=9))
    assert key_of(RESEARCH, datetime(2026, 3, 3, 7, tzinfo=seoul)) == KEY
    assert key_of(RESEARCH, datetime(2026, 3, 2, 22, tzinfo=UTC)) == KEY


def test_half_a_record_is_none_and_keeps_no_other_domain_from_its_own() -> None:
    records, domains = Records(), research()
    domains.descriptions[SALES.domain_id] = described()
    domains.unreadable = frozenset({RESEARCH.domain_id})
    with pytest.raises(SweepFailed, match="the spoke role is gone"):
        night(domains, records, RESEARCH, SALES)
    assert list(records.held) == ["domains/sales/2026-03-02.json"]


def test_the_report_learns_where_the_record_is() -> None:
    (survey,) = room(research(), Records()).survey(target(), NOW)
    (change,) = survey.plan.changes
    assert isinstance(change, WriteDomainRecord)
    assert room(research(), Records()).kept(change) == {"domain": "research", "key": KEY}
    assert "bindings" not in repr(change)  # a log that names the change does not name everybody


def test_a_change_of_another_room_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not a change of domain backup"):
        room(research(), Records()).perform(Change(subject="x", reason="y"))
