"""A run as a whole: what it begins with, and what it says at its end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from concierge.catalog.model import Domain
from concierge.errors import AlreadyExists, MalformedEvent
from concierge.night.record import PartResult, Record
from concierge.night.runs import Night, NightIncomplete
from concierge.night.sweep import OlderRun
from tests.support.night_fakes import NOW, RESEARCH, SALES, Records, Trail, catalog

ABROAD = Domain(name="abroad", account="444455556666", region="us-east-1", domain_id="d-abroad")
EVENT = {
    "step": "begin",
    "schedule": "night",
    "time": "2026-03-02T22:00:00Z",
    "rooms": ["tag_remediation", "idle_shutdown"],
}
END = {**EVENT, "step": "end"}
FUNCTIONS = {"idle_shutdown": "arn:idle", "tag_remediation": "arn:tags"}
FOLDER = "nights/night/2026-03-02T22:00:00Z"


class Runs:
    """The newest run of every schedule."""

    def __init__(self) -> None:
        self.due: dict[str, Any] = {}

    def claim(self, schedule: str, now: Any) -> None:
        if schedule in self.due and self.due[schedule] > now:
            raise AlreadyExists("dynamodb:PutItem", "ConditionalCheckFailedException", "a later run")
        self.due[schedule] = now

    def newest(self, schedule: str) -> Any:
        return self.due.get(schedule)


def night(*domains: Domain, runs: Runs | None = None, records: Records | None = None) -> tuple[Night, Records, Trail]:
    kept, trail = records or Records(), Trail()
    return (
        Night(
            catalog=catalog(*(domains or (RESEARCH, ABROAD, SALES))),
            trail=trail,
            runs=runs or Runs(),
            records=kept,
            functions=FUNCTIONS,
            concurrency=20,
        ),
        kept,
        trail,
    )


def result(
    room: str, account: str = RESEARCH.account, region: str = "eu-west-1", *, minute: int = 1, **changed: Any
) -> tuple[str, dict[str, Any]]:
    part = PartResult()
    part.counts.update(changed.pop("counts", {"checked": 3}))
    part.kept += changed.pop("kept", ())
    part.error = changed.pop("error", None)
    record = Record(
        room=room,
        account=account,
        region=region,
        round=0,
        at=NOW + timedelta(minutes=minute),
        finished=changed.pop("finished", True),
        parts={"research": part},
    )
    return f"{FOLDER}/{room}/{account}-{region}/{minute}.json", record.as_json()


def swept(*results: tuple[str, dict[str, Any]]) -> Records:
    return Records(held=dict(results))


EVERYWHERE = (
    result("idle_shutdown"),
    result("tag_remediation"),
    result("idle_shutdown", "444455556666", "us-east-1"),
    result("tag_remediation", "444455556666", "us-east-1"),
)


def test_a_run_has_one_target_for_each_account_and_region_with_its_rooms_in_their_order() -> None:
    found, _, _ = night()
    begun = found.step(EVENT)
    assert begun["rooms"] == ["idle_shutdown", "tag_remediation"]
    assert begun["concurrency"] == 20
    assert begun["functions"] == ["arn:idle", "arn:tags"]
    assert begun["targets"] == [
        {"account": "111122223333", "region": "eu-west-1"},
        {"account": "444455556666", "region": "us-east-1"},
    ]


def test_a_company_of_three_thousand_accounts_fits_into_what_a_state_machine_hands_on() -> None:
    domains = (replace(ABROAD, name=f"d-{n}", account=f"{n:012}", region="ap-southeast-1") for n in range(3_000))
    assert len(json.dumps(night(*domains)[0].step(EVENT))) < 256 * 1024


def test_the_same_run_may_begin_again_and_an_older_one_is_refused() -> None:
    runs = Runs()
    found, _, _ = night(runs=runs)
    assert found.step(EVENT) == found.step(EVENT)
    found.step({**EVENT, "time": "2026-03-03T22:00:00Z"})
    with pytest.raises(OlderRun, match="a later run has begun"):
        found.step(EVENT)
    found.step({**EVENT, "schedule": "another"})


def test_a_run_that_swept_everything_says_so_and_keeps_a_summary() -> None:
    found, records, trail = night(records=swept(*EVERYWHERE))
    summary = found.step(END)
    assert summary["swept"] == 4
    assert summary["counts"]["idle_shutdown"] == {"checked": 6}
    assert records.held[f"{FOLDER}/summary.json"]["unswept"] == {}
    (closing,) = trail.events
    assert (closing.kind, closing.reason) == ("Run Complete", "all were swept")


def test_what_left_no_record_failed_or_was_left_half_done_is_named_and_fails_the_run() -> None:
    broken = swept(
        result("idle_shutdown", error="sagemaker:ListApps failed"),
        result("idle_shutdown", "444455556666", "us-east-1", finished=False),
        result("tag_remediation"),
    )
    found, records, trail = night(records=broken)
    with pytest.raises(NightIncomplete):
        found.step(END)
    unswept = records.held[f"{FOLDER}/summary.json"]["unswept"]
    assert unswept == {
        "idle_shutdown 111122223333/eu-west-1": "research: sagemaker:ListApps failed",
        "idle_shutdown 444455556666/us-east-1": "its last round left some of it, and no other round followed",
        "tag_remediation 444455556666/us-east-1": "its function left no record: it could not start, or it was killed",
    }
    assert [event.kind for event in trail.events] == ["Run Incomplete"]


def test_only_the_latest_word_about_a_target_counts() -> None:
    mended = swept(result("idle_shutdown", error="throttled"), result("idle_shutdown", minute=2), *EVERYWHERE[1:])
    assert night(records=mended)[0].step(END)["swept"] == 4


def test_what_a_run_left_that_a_later_one_has_begun_since_is_no_failure() -> None:
    runs = Runs()
    found, _, trail = night(runs=runs)
    runs.due["night"] = NOW + timedelta(hours=1)
    assert found.step(END)["swept"] == 0
    assert [event.kind for event in trail.events] == ["Run Superseded"]


def stop(app: str, hours: str, money: str | None, login: str = "amara", team: str = "fraud") -> dict[str, Any]:
    about = {"app": app, "domain": "research", "stopped_at": NOW.isoformat(), "login": login, "team": team}
    return {**about, "hours": hours, "money": money, "currency": "USD"}


def test_what_was_saved_is_added_up_by_person_and_team_and_a_stop_that_was_told_twice_counts_once() -> None:
    lab, gpu = stop("lab", "12.00", "0.6000"), stop("gpu", "3.50", "4.9280", login="ben", team="vision")
    odd = stop("odd", "1.00", None, login="ben", team="vision")
    told = swept(
        result("idle_shutdown", kept=[lab, gpu, odd]), result("idle_shutdown", minute=2, kept=[lab]), *EVERYWHERE[1:]
    )
    found, records, _ = night(records=told)
    found.step(END)
    saved: Any = records.held[f"{FOLDER}/summary.json"]["saved"]
    assert saved["total"] == {
        "stops": 3,
        "hours": "16.50",
        "money": "5.5280",
        "currency": "USD",
        "unpriced_hours": "1.00",
    }
    assert saved["persons"]["amara"]["money"] == "0.6000"
    assert saved["teams"]["vision"]["hours"] == "4.50"
    assert [each["app"] for each in saved["apps"]] == ["gpu", "lab", "odd"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"step": "middle"}, "step: must be begin or end"),
        ({"rooms": []}, "rooms: must be a list of some of idle_shutdown"),
        ({"rooms": ["kitchen"]}, "rooms: must be"),
        ({"rooms": "idle_shutdown"}, "rooms: must be"),
        ({"time": "today"}, "time: must be ISO 8601"),
    ],
)
def test_a_malformed_event_says_what_would_be_right(changed: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedEvent, match=message):
        night()[0].step({**EVENT, **changed})
