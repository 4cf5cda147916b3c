"""Whose apps are looked at, how closely, and what the plan says."""

from datetime import timedelta

import pytest

from concierge.errors import UnsafePlan
from concierge.idle.plan import StopApp
from concierge.idle.shutdown import IdleShutdown
from concierge.model import AppType, Status
from concierge.plan import Change, Plan
from concierge.safeguards import check
from tests.support.night_fakes import NOW, RESEARCH, Ledger, Studio, app, binding, catalog, space

OLD = NOW - timedelta(hours=3)
LAB = app()


def room(studio: Studio, *bindings: object, **limits: int | None) -> IdleShutdown:
    held = {"research": bindings or (binding(),)}
    return IdleShutdown(catalog=catalog(**limits), ledger=Ledger(held), studio=lambda _domain: studio)  # type: ignore[arg-type]  # bindings only


def test_an_idle_app_is_stopped_with_a_reason_that_names_the_persona() -> None:
    studio = Studio(running=(LAB,))
    studio.show(OLD, NOW, LAB)
    survey = room(studio).survey(RESEARCH, NOW)
    (stop,) = survey.plan.changes
    assert isinstance(stop, StopApp)
    assert (stop.action, stop.subject) == ("stop app", "app JupyterLab/default of amara-okafor in research")
    assert stop.reason == (
        "no activity since 2026-03-02 19:00 UTC, 3 h 00 min; idle limit 1 h 00 min for persona data-scientist"
    )
    assert (survey.population, survey.counts) == (1, {"stop": 1})


def test_surveying_stops_nothing() -> None:
    studio = Studio(running=(LAB,))
    studio.show(OLD, NOW, LAB)
    room(studio).survey(RESEARCH, NOW)
    assert studio.stopped == []


def test_only_what_evidence_could_stop_is_described() -> None:
    young, aged = app(ran=timedelta(minutes=5), name="young"), app(ran=timedelta(days=3), name="aged")
    pending = app(name="pending", status=Status.PENDING)
    server = app(name="server", app_type=AppType.JUPYTER_SERVER, instance_type="system")
    studio = Studio(running=(young, aged, pending, server, LAB))
    survey = room(studio).survey(RESEARCH, NOW)
    assert studio.described == [LAB]
    assert [change.subject for change in survey.plan.changes] == ["app JupyterLab/aged of amara-okafor in research"]


def test_an_app_that_ends_while_it_is_looked_at_is_no_matter() -> None:
    survey = room(Studio(running=(LAB,))).survey(RESEARCH, NOW)
    assert survey.plan == Plan(scope="domain research")


def test_an_app_in_a_private_space_has_the_limits_of_the_spaces_owner() -> None:
    mine = app(profile=None, space="amara-lab")
    studio = Studio(running=(mine,), held_spaces=(space("amara-lab", "amara-okafor"),))
    studio.show(OLD, NOW, mine)
    (stop,) = room(studio).survey(RESEARCH, NOW).plan.changes
    assert stop.subject == "app JupyterLab/default of amara-lab in research"


def test_what_is_not_ours_is_left_alone_and_told_in_one_finding() -> None:
    strangers = tuple(app(f"stranger-{number:02}", ran=timedelta(days=9)) for number in range(12))
    shared = app(profile=None, space="shared", ran=timedelta(days=9))
    studio = Studio(running=(*strangers, shared), held_spaces=(space("shared", None),))
    survey = room(studio).survey(RESEARCH, NOW)
    assert survey.plan.changes == ()
    (finding,) = survey.plan.findings
    assert finding.subject == "13 apps in research"
    assert finding.reason.endswith("and 3 more")
    assert survey.population == 0


def test_a_persona_that_the_catalog_lost_stops_nothing_and_is_told_once() -> None:
    studio = Studio(running=(LAB, app("ben", ran=timedelta(days=9))))
    survey = room(studio, binding(persona="former"), binding("ben", persona="former")).survey(RESEARCH, NOW)
    assert survey.plan.changes == ()
    assert [finding.subject for finding in survey.plan.findings] == ["persona former in research"]


def test_a_person_without_a_door_still_has_limits() -> None:
    studio = Studio(running=(app(ran=timedelta(days=9)),))
    assert len(room(studio, binding(door="closed")).survey(RESEARCH, NOW).plan.changes) == 1


def test_the_plan_does_not_depend_on_the_order_of_the_list() -> None:
    apps = tuple(app(name=name, ran=timedelta(days=9)) for name in ("b", "a", "c"))
    forward, backward = Studio(running=apps), Studio(running=apps[::-1])
    assert room(forward).survey(RESEARCH, NOW).plan == room(backward).survey(RESEARCH, NOW).plan


def test_each_app_is_a_thread_of_its_own() -> None:
    apps = (app("amara-okafor"), app(profile=None, space="amara-okafor"), app(app_type=AppType.CODE_EDITOR))
    studio = Studio(running=apps, held_spaces=(space("amara-okafor", "amara-okafor"),))
    studio.show(OLD, NOW, *apps)
    changes = room(studio).survey(RESEARCH, NOW).plan.changes
    assert len({change.thread for change in changes}) == len(changes) == 3


def test_all_apps_of_a_domain_may_be_idle_but_never_more_than_an_account_can_run() -> None:
    def plan(count: int) -> Plan:
        stops = tuple(
            StopApp(subject=str(number), reason="", domain=RESEARCH, app=LAB, thread=str(number))
            for number in range(count)
        )
        return Plan(scope="domain research", changes=stops)

    assert check(plan(2_500), IdleShutdown.limits, population=2_500)
    with pytest.raises(UnsafePlan):
        check(plan(2_501), IdleShutdown.limits, population=3_000)


def test_a_change_of_another_room_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not a change of idle shutdown"):
        room(Studio()).perform(Change(subject="x", reason="y"))
