"""One night: every domain has its turn, nothing that fails goes unseen, and a second look finds nothing to do."""

import importlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from concierge import bootstrap
from concierge.apply import Mode
from concierge.catalog.model import Domain
from concierge.errors import Denied, MalformedEvent, Throttled
from concierge.idle.shutdown import IdleShutdown
from concierge.night import Sweep, SweepFailed, read_request
from concierge.plan import few
from tests.support.night_fakes import (
    NOW,
    RESEARCH,
    SALES,
    Ledger,
    Studio,
    Trail,
    app,
    binding,
    catalog,
)

EVENTS = Path(__file__).parents[3] / "events"
EVENT = json.loads((EVENTS / "scheduled-idle-shutdown.json").read_text())
AGED = app(ran=timedelta(days=2))
DENIED = Denied("sagemaker:ListApps", "AccessDeniedException", "not allowed")


def night(trail: Trail, **studios: Studio) -> Sweep:
    def studio(domain: Domain) -> Studio:
        return studios[domain.name]

    known = catalog(RESEARCH, SALES)
    ledger = Ledger({name: (binding(domain=name),) for name in studios})
    room = IdleShutdown(catalog=known, ledger=ledger, studio=studio)
    return Sweep(room=room, catalog=known, trail=trail, pause=lambda _seconds: None)


def test_every_domain_is_swept() -> None:
    trail, research, sales = Trail(), Studio(running=(AGED,)), Studio()
    summary = night(trail, research=research, sales=sales).sweep(EVENT)
    assert summary == {
        "schedule": "idle-shutdown",
        "time": "2026-03-02T22:00:00+00:00",
        "domains": {"research": {"stop": 1, "applied": 1, "findings": 0}, "sales": {"findings": 0}},
    }
    assert json.loads(json.dumps(summary)) == summary
    assert research.stopped == [AGED]


def test_the_audit_says_what_was_stopped_why_and_on_which_schedule() -> None:
    trail = Trail()
    night(trail, research=Studio(running=(AGED,)), sales=Studio()).sweep(EVENT)
    (event,) = trail.events
    assert (event.kind, event.capability, event.scope) == ("Change Applied", "idle_shutdown", "domain research")
    assert event.cause == "idle-shutdown 2026-03-02T22:00:00+00:00"
    assert event.at == NOW
    assert "lifetime limit" in event.reason


def test_the_second_sweep_finds_nothing_to_do() -> None:
    trail, research = Trail(), Studio(running=(AGED,))
    sweep = night(trail, research=research, sales=Studio())
    sweep.sweep(EVENT)
    assert sweep.sweep(EVENT)["domains"]["research"] == {"findings": 0}
    assert len(trail.events) == 1


def test_a_dry_run_stops_nothing_and_shows_what_it_would() -> None:
    research = Studio(running=(AGED,))
    summary = night(Trail(), research=research, sales=Studio()).sweep(EVENT, mode=Mode.DRY_RUN)
    assert summary["domains"]["research"] == {"stop": 1, "planned": 1, "findings": 0}
    assert research.stopped == []


def test_a_schedule_may_name_one_domain() -> None:
    summary = night(Trail(), sales=Studio()).sweep({**EVENT, "domain": "sales"})
    assert list(summary["domains"]) == ["sales"]


def test_a_domain_that_cannot_be_read_does_not_keep_the_next_from_its_turn() -> None:
    trail, sales = Trail(), Studio(running=(AGED,))
    with pytest.raises(SweepFailed) as failed:
        night(trail, research=Studio(broken=DENIED), sales=sales).sweep(EVENT)
    domains = json.loads(str(failed.value))["domains"]
    assert domains["research"] == {"error": str(DENIED)}
    assert domains["sales"]["applied"] == 1
    assert sales.stopped == [AGED]
    finding, stopped = trail.events
    assert (finding.kind, finding.subject) == ("Finding", "domain research")
    assert "AccessDeniedException" in finding.reason
    assert stopped.kind == "Change Applied"


def test_a_refused_plan_is_audited_stops_nothing_and_fails_the_run() -> None:
    trail = Trail()
    too_many = Studio(running=tuple(app(name=str(number), ran=timedelta(days=2)) for number in range(2_501)))
    sales = Studio(running=(AGED,))
    with pytest.raises(SweepFailed, match="2501 changes, at most 2500"):
        night(trail, research=too_many, sales=sales).sweep(EVENT)
    assert too_many.stopped == []
    assert [event.kind for event in trail.events] == ["Plan Refused", "Change Applied"]


def test_an_app_that_cannot_be_stopped_fails_the_run_after_all_others_were() -> None:
    trail, stuck, other = Trail(), app(name="stuck", ran=timedelta(days=2)), app(name="zz", ran=timedelta(days=2))
    research = Studio(running=(stuck, other), unstoppable=frozenset({"stuck"}))
    with pytest.raises(SweepFailed, match="app JupyterLab/stuck of amara-okafor in research: sagemaker:DeleteApp"):
        night(trail, research=research, sales=Studio()).sweep(EVENT)
    assert research.stopped == [other]
    assert [event.kind for event in trail.events] == ["Change Failed", "Change Applied"]


def test_a_deaf_audit_bus_fails_the_run_by_name_and_the_apps_were_stopped() -> None:
    deaf = Trail(broken=Throttled("events:PutEvents", "ThrottlingException", "slow down"))
    research = Studio(running=(AGED,))
    with pytest.raises(SweepFailed, match="events:PutEvents"):
        night(deaf, research=research, sales=Studio()).sweep(EVENT)
    assert research.stopped == [AGED]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schedule": ""}, "schedule: must be"),
        ({"schedule": 7}, "schedule: must be"),
        ({"time": "<aws.scheduler.scheduled-time>"}, "time: must be ISO 8601"),
        ({"time": None}, "time: must be ISO 8601"),
        ({"time": "2026-03-02T22:00:00"}, "time: must name its time zone"),
        ({"domain": ["research"]}, "domain: must be a name"),
        ({"domain": "nowhere"}, "domain: the catalog has no domain 'nowhere'"),
    ],
)
def test_a_malformed_event_says_what_would_be_right_and_nothing_is_looked_at(
    changed: dict[str, object], message: str
) -> None:
    with pytest.raises(MalformedEvent, match=message):
        night(Trail()).sweep({**EVENT, **changed})


def test_the_time_of_the_schedule_is_the_time_of_the_run() -> None:
    assert read_request(EVENT).now == NOW
    assert read_request({**EVENT, "time": "2026-03-02T23:00:00+01:00"}).now.astimezone(UTC) == NOW


def test_a_thousand_names_become_one_line() -> None:
    assert few(["b", "a"]) == "a, b"
    assert few([f"{number:04}" for number in range(1000)], most=2) == "0000, 0001 and 998 more"


@pytest.mark.parametrize("room", ["idle_shutdown", "tag_remediation"])
def test_the_handler_hands_its_event_to_the_sweep(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Recorder:
        def sweep(self, event: dict[str, object]) -> dict[str, object]:
            return {"seen": event}

    def root(now: datetime) -> Recorder:
        assert now.tzinfo is UTC
        return Recorder()

    monkeypatch.setattr(bootstrap, room, root, raising=False)
    event = json.loads((EVENTS / f"scheduled-{room.replace('_', '-')}.json").read_text())
    handler = importlib.import_module(f"functions.{room}.app").handler
    assert handler(event, None) == {"seen": event}
