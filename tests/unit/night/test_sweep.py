"""One room in one target: every part has its turn, nothing goes unseen, and a second look finds nothing to do."""

import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest

from concierge import bootstrap
from concierge.apply import Effort, Mode
from concierge.catalog.model import Domain
from concierge.errors import Denied, MalformedEvent, OutOfTime, Throttled
from concierge.idle.plan import StopApp, WarnOwner
from concierge.idle.shutdown import IdleShutdown, Place
from concierge.model import App
from concierge.night.request import MOST_ROUNDS, Target, read_request
from concierge.night.room import Survey
from concierge.night.sweep import OlderRun, Sweep, SweepFailed
from concierge.plan import Plan, few
from concierge.safeguards import Limits
from tests.support.night_fakes import (
    NOW,
    RESEARCH,
    SALES,
    Activity,
    Ledger,
    Pacing,
    Records,
    Studio,
    Tags,
    Trail,
    app,
    binding,
    catalog,
    sweep_of,
)

EVENTS = Path(__file__).parents[3] / "events"
EVENT = json.loads((EVENTS / "scheduled-idle-shutdown.json").read_text())
AGED = app(ran=timedelta(days=2))
DENIED = Denied("sagemaker:ListApps", "AccessDeniedException", "not allowed")
ABROAD = Domain(name="abroad", account="444455556666", region="eu-west-1", domain_id="d-abroad")


def night(trail: Trail, *, domains: tuple[Domain, ...] = (RESEARCH, SALES), **studios: Studio) -> Sweep:
    def place(_domain: Domain) -> Place:
        return Place(studio=ByDomain(studios), activity=Activity(), tags=Tags(), pacing=Pacing())

    known = catalog(*domains)
    ledger = Ledger({name: (binding(domain=name),) for name in studios})
    return sweep_of(IdleShutdown(catalog=known, ledger=ledger, place=place), known, trail)


class ByDomain(Studio):
    """One Studio for the domains of an account; each has its own apps."""

    def __init__(self, studios: dict[str, Studio]) -> None:
        super().__init__()
        self.studios = {f"d-{name}": studio for name, studio in studios.items()}

    def apps(self, domain_id: str) -> tuple[App, ...]:
        found = self.studios[domain_id].apps(domain_id) if domain_id in self.studios else ()
        return tuple(replace(each, domain_id=domain_id) for each in found)

    def stop(self, found: App) -> None:
        self.studios[found.domain_id].stop(replace(found, domain_id="d-research"))


def test_every_domain_is_swept() -> None:
    trail, research, sales = Trail(), Studio(running=(AGED,)), Studio()
    summary = night(trail, research=research, sales=sales).sweep(EVENT)
    assert summary == {
        "schedule": "idle",
        "time": "2026-03-02T22:00:00+00:00",
        "finished": True,
        "resume": {"done": ["research", "sales"], "round": 1},
        "domains": {"research": {"stop": 1, "applied": 1, "findings": 0}, "sales": {"findings": 0}},
    }
    assert json.loads(json.dumps(summary)) == summary
    assert research.stopped == [AGED]


def test_the_audit_is_told_before_and_after_what_is_stopped_why_for_whom_and_on_which_schedule() -> None:
    trail = Trail()
    night(trail, research=Studio(running=(AGED,)), sales=Studio()).sweep(EVENT)
    begun, applied = trail.events
    assert (begun.kind, applied.kind) == ("Change Begun", "Change Applied")
    for event in (begun, applied):
        assert (event.capability, event.scope) == ("idle_shutdown", "domain research")
        assert (event.cause, event.at) == ("idle 2026-03-02T22:00:00+00:00", NOW)
        assert event.person == "amara.okafor"
        assert "lifetime limit" in event.reason


def test_the_second_sweep_finds_nothing_to_do() -> None:
    trail, research = Trail(), Studio(running=(AGED,))
    sweep = night(trail, research=research, sales=Studio())
    sweep.sweep(EVENT)
    told = len(trail.events)
    assert sweep.sweep(EVENT)["domains"]["research"] == {"findings": 0}
    assert len(trail.events) == told


def test_a_dry_run_stops_nothing_keeps_nothing_and_shows_what_it_would() -> None:
    trail, research = Trail(), Studio(running=(AGED,))
    sweep = night(trail, research=research, sales=Studio())
    summary = sweep.sweep(EVENT, mode=Mode.DRY_RUN)
    assert summary["domains"]["research"] == {"stop": 1, "planned": 1, "findings": 0}
    assert research.stopped == []
    assert [event.kind for event in trail.events] == ["Change Planned"]
    assert sweep.records == Records()


def test_a_run_may_be_for_one_domain_or_one_account() -> None:
    studios = {"research": Studio(), "sales": Studio(), "abroad": Studio()}
    sweep = night(Trail(), domains=(RESEARCH, ABROAD, SALES), **studios)
    assert list(sweep.sweep({**EVENT, "domain": "sales"})["domains"]) == ["sales"]
    at_home = {**EVENT, "account": RESEARCH.account, "region": "eu-west-1"}
    assert list(sweep.sweep(at_home)["domains"]) == ["research", "sales"]
    assert list(sweep.sweep(EVENT)["domains"]) == ["research", "sales", "abroad"]


def test_a_domain_that_cannot_be_read_does_not_keep_the_next_from_its_turn() -> None:
    trail, sales = Trail(), Studio(running=(AGED,))
    with pytest.raises(SweepFailed) as failed:
        night(trail, research=Studio(broken=DENIED), sales=sales).sweep(EVENT)
    domains = json.loads(str(failed.value))["domains"]
    assert domains["research"] == {"findings": 0, "error": str(DENIED)}
    assert domains["sales"]["applied"] == 1
    assert sales.stopped == [AGED]
    finding, begun, stopped = trail.events
    assert (finding.kind, finding.subject) == ("Finding", "domain research")
    assert "AccessDeniedException" in finding.reason
    assert (begun.kind, stopped.kind) == ("Change Begun", "Change Applied")


def test_a_refused_plan_is_audited_stops_nothing_and_fails_the_run() -> None:
    trail = Trail()
    too_many = Studio(running=tuple(app(name=str(number), ran=timedelta(days=2)) for number in range(2_501)))
    sales = Studio()
    with pytest.raises(SweepFailed, match="2501 changes, at most 2500"):
        night(trail, research=too_many, sales=sales).sweep(EVENT)
    assert too_many.stopped == []
    assert [event.kind for event in trail.events] == ["Plan Refused"]


def test_an_app_that_cannot_be_stopped_fails_the_run_after_all_others_were() -> None:
    trail, stuck, other = Trail(), app(name="stuck", ran=timedelta(days=2)), app(name="zz", ran=timedelta(days=2))
    research = Studio(running=(stuck, other), unstoppable=frozenset({"stuck"}))
    with pytest.raises(SweepFailed, match="app JupyterLab/stuck of amara-okafor in research: sagemaker:DeleteApp"):
        night(trail, research=research, sales=Studio()).sweep(EVENT)
    assert research.stopped == [other]
    assert [event.kind for event in trail.events] == ["Change Begun"] * 2 + ["Change Failed", "Change Applied"]


def test_nothing_is_stopped_that_the_audit_cannot_be_told_of() -> None:
    deaf = Trail(broken=Throttled("events:PutEvents", "ThrottlingException", "slow down"))
    research = Studio(running=(AGED,))
    with pytest.raises(SweepFailed, match="events:PutEvents"):
        night(deaf, research=research, sales=Studio()).sweep(EVENT)
    assert research.stopped == []


# -- the time is up ------------------------------------------------------------------------------------------------


class Clock:
    """Says that the time is up after so many questions."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def __call__(self) -> bool:
        self.left -= 1
        return self.left < 0


def until(questions: int) -> Effort:
    return Effort(pause=lambda _seconds: None, time_is_up=Clock(questions))


def test_what_the_time_did_not_suffice_for_is_left_to_the_next_round_which_finishes_it() -> None:
    apps = tuple(app(name=f"{number}", ran=timedelta(days=2)) for number in range(5))
    trail, research = Trail(), Studio(running=apps)
    sweep = night(trail, research=research, sales=Studio())
    first = replace(sweep, effort=until(3)).sweep(EVENT)
    assert first["finished"] is False
    assert first["resume"] == {"done": [], "round": 1}
    assert first["domains"]["research"] == {"stop": 5, "applied": 2, "deferred": 3, "findings": 0}
    second = sweep.sweep({**EVENT, "resume": first["resume"]})
    assert second["finished"] is True
    assert sorted(each.name for each in research.stopped) == ["0", "1", "2", "3", "4"]
    stops = [event.subject for event in trail.events if event.kind == "Change Applied"]
    assert len(stops) == len(set(stops)) == 5


def test_a_domain_that_is_done_is_not_looked_at_again() -> None:
    sales = Studio()
    sweep = night(Trail(), research=Studio(broken=DENIED), sales=sales)
    answer = sweep.sweep({**EVENT, "resume": {"done": ["research"], "round": 1}})
    assert list(answer["domains"]) == ["sales"]
    assert answer["resume"] == {"done": ["research", "sales"], "round": 2}


def test_what_failed_in_a_round_that_is_continued_is_tried_once_more_and_then_fails_the_run() -> None:
    sales = Studio(running=tuple(app(name=f"{number}", ran=timedelta(days=2)) for number in range(3)))
    sweep = night(Trail(), research=Studio(broken=DENIED), sales=sales)
    first = replace(sweep, effort=until(3)).sweep(EVENT)
    assert first["finished"] is False
    assert first["resume"]["done"] == []
    assert first["domains"]["research"]["error"] == str(DENIED)
    with pytest.raises(SweepFailed, match="AccessDeniedException"):
        sweep.sweep({**EVENT, "resume": first["resume"]})
    assert len(sales.stopped) == 3


def test_a_target_that_is_never_done_is_given_up_and_named() -> None:
    research = Studio(running=(AGED,))
    sweep = replace(night(Trail(), research=research, sales=Studio()), effort=until(0))
    resume = {"done": [], "round": MOST_ROUNDS}
    with pytest.raises(SweepFailed, match=f"not done after {MOST_ROUNDS + 1} rounds"):
        sweep.sweep({**EVENT, "resume": resume})


class Slow:
    """A room that runs out of time while it looks, or between two slices."""

    capability: ClassVar[str] = "idle_shutdown"
    limits: ClassVar[Limits] = IdleShutdown.limits

    def __init__(self, *surveys: Survey | OutOfTime) -> None:
        self.surveys = surveys

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:
        for each in self.surveys:
            if isinstance(each, OutOfTime):
                raise each
            yield each

    def perform(self, change: object) -> None:
        raise AssertionError("there is nothing to perform")

    def kept(self, change: object) -> None:
        return None

    def close(self, target: Target) -> None:
        return None


OUT = OutOfTime("sagemaker:ListApps", "OutOfTime", "the time was up")


def part(name: str, *, is_last: bool = True, error: OutOfTime | None = None) -> Survey:
    return Survey(part=name, plan=Plan(scope=name), population=0, is_last=is_last, error=error)


@pytest.mark.parametrize(
    ("surveys", "done"),
    [
        ((part("research"), OUT), ["research"]),
        ((OUT,), []),
        ((part("research"), part("sales", error=OUT)), ["research"]),
        ((part("research", is_last=False), OUT), []),
    ],
    ids=["between domains", "before the first", "in the second", "between slices"],
)
def test_a_room_that_runs_out_of_time_while_it_looks_has_not_failed(
    surveys: tuple[Survey | OutOfTime, ...], done: list[str]
) -> None:
    trail = Trail()
    answer = sweep_of(Slow(*surveys), catalog(RESEARCH, SALES), trail).sweep(EVENT)
    assert (answer["finished"], answer["resume"]["done"]) == (False, done)
    assert trail.events == []


def test_once_a_part_was_refused_its_other_slices_are_not_even_tried() -> None:
    trail = Trail()
    many = tuple(
        WarnOwner(subject=f"{n}", reason="r", thread=f"{n}", domain=RESEARCH, app=AGED, at=NOW) for n in range(2_501)
    )
    slices = (
        Survey(part="research", plan=Plan(scope="domain research", changes=many), population=0, is_last=False),
        Survey(part="research", plan=Plan(scope="domain research", changes=many[:1]), population=0),
    )
    with pytest.raises(SweepFailed, match="2501 changes"):
        sweep_of(Slow(*slices), catalog(RESEARCH), trail).sweep(EVENT)
    assert [event.kind for event in trail.events] == ["Plan Refused"]


def test_what_is_deferred_is_counted_and_not_told_one_by_one() -> None:
    apps = tuple(app(name=f"{number}", ran=timedelta(days=2)) for number in range(250))
    trail = Trail()
    sweep = replace(night(trail, research=Studio(running=apps), sales=Studio()), effort=until(0))
    answer = sweep.sweep(EVENT)
    assert answer["domains"]["research"]["deferred"] == 250
    assert trail.events == []


# -- which run it is -----------------------------------------------------------------------------------------------


def test_a_run_that_is_older_than_the_newest_touches_nothing() -> None:
    research = Studio(running=(AGED,))
    sweep = night(Trail(), research=research, sales=Studio())
    late = replace(sweep, newest=lambda _schedule: NOW + timedelta(minutes=30))
    with pytest.raises(OlderRun, match="the run of 2026-03-02T22:30:00"):
        late.sweep(EVENT)
    assert research.stopped == []
    replace(sweep, newest=lambda _schedule: NOW).sweep(EVENT)
    assert research.stopped == [AGED]


def test_what_became_of_a_target_is_kept_under_the_run_and_the_invocation() -> None:
    sweep = night(Trail(), research=Studio(running=(AGED,)), sales=Studio())
    sweep.sweep(EVENT)
    assert isinstance(sweep.records, Records)
    ((key, record),) = sweep.records.held.items()
    assert key == "nights/idle/2026-03-02T22:00:00Z/idle_shutdown/111122223333-eu-west-1/invocation-1.json"
    parts = record["parts"]
    assert isinstance(parts, dict)
    assert parts["research"]["applied"] == 1
    assert [kept["app"] for kept in parts["research"]["kept"]] == ["JupyterLab/default of amara-okafor"]
    assert (record["round"], record["finished"]) == (0, True)


def test_a_record_that_cannot_be_kept_fails_the_run_by_name_after_all_was_done() -> None:
    class Full(Records):
        def write(self, key: str, record: Mapping[str, object]) -> None:
            raise DENIED

    research = Studio(running=(AGED,))
    sweep = replace(night(Trail(), research=research, sales=Studio()), records=Full())
    with pytest.raises(SweepFailed, match="111122223333/eu-west-1"):
        sweep.sweep(EVENT)
    assert research.stopped == [AGED]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"schedule": ""}, "schedule: must be"),
        ({"schedule": 7}, "schedule: must be"),
        ({"schedule": "a/b"}, "schedule: must be"),
        ({"time": "<aws.scheduler.scheduled-time>"}, "time: must be ISO 8601"),
        ({"time": None}, "time: must be ISO 8601"),
        ({"time": "2026-03-02T22:00:00"}, "time: must name its time zone"),
        ({"domain": ["research"]}, "domain: must be a name"),
        ({"domain": "nowhere"}, "domain: the catalog has no domain 'nowhere'"),
        ({"account": "111122223333"}, "account, region: both or neither"),
        ({"account": "1", "region": "eu-west-1"}, "account, region: the catalog has no domain in 1/eu-west-1"),
        ({"resume": {"done": "research"}}, "resume.done: must be a list"),
        ({"resume": {"round": 99}}, "resume.round: must be 0 to 24"),
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


class Context:
    """What Lambda tells a function."""

    aws_request_id = "invocation-7"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.mark.parametrize(
    "room", ["idle_shutdown", "tag_remediation", "studio_settings", "compliance_audit", "domain_backup"]
)
def test_the_handler_hands_its_event_to_the_sweep(room: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Recorder:
        def sweep(self, event: dict[str, object]) -> dict[str, object]:
            return {"seen": event}

    def root(invocation: object) -> Recorder:
        assert getattr(invocation, "name", None) == "invocation-7"
        return Recorder()

    monkeypatch.setattr(bootstrap, room, root, raising=False)
    handler = importlib.import_module(f"functions.{room}.app").handler
    assert handler(EVENT, Context()) == {"seen": EVENT}


def test_stops_are_what_is_kept_and_nothing_else() -> None:
    sweep = night(Trail(), research=Studio(running=(AGED,)), sales=Studio())
    target = Target(account=RESEARCH.account, region=RESEARCH.region, domains=(RESEARCH,))
    (stop,) = next(sweep.room.survey(target, NOW)).plan.changes
    assert isinstance(stop, StopApp)
    kept = sweep.room.kept(stop)
    assert kept is not None
    assert kept["login"] == "amara.okafor"
