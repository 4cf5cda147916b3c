"""Whose apps are looked at, how closely, and what the plan says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from concierge.catalog.model import Domain, NightRules, SpaceTemplate
from concierge.cost.savings import Saving
from concierge.errors import Denied, NotYet, UnsafePlan
from concierge.idle.evidence import Known, app_key
from concierge.idle.plan import StopApp, WarnOwner
from concierge.idle.shutdown import IdleShutdown, Place
from concierge.model import App, AppType, Status
from concierge.names import space_name
from concierge.night.request import Target
from concierge.night.room import Survey
from concierge.pace import Pace
from concierge.plan import Change, Plan
from concierge.safeguards import check
from tests.support.night_fakes import (
    NOW,
    RESEARCH,
    SALES,
    Activity,
    Ledger,
    Pacing,
    Studio,
    Tags,
    app,
    binding,
    catalog,
    report,
    space,
)

OLD = NOW - timedelta(hours=3)
LAB = app()
AGED = app(ran=timedelta(days=9))


def room(studio: Studio, *bindings: object, place: Place | None = None, **limits: object) -> IdleShutdown:
    held = {"research": bindings or (binding(),)}
    found = place or place_of(studio)
    return IdleShutdown(
        catalog=catalog(**limits),  # type: ignore[arg-type]  # fields of the limits
        ledger=Ledger(held),  # type: ignore[arg-type]  # bindings only
        place=lambda _domain: found,
    )


def place_of(studio: Studio, *, activity: Activity | None = None, tags: Tags | None = None) -> Place:
    return Place(studio=studio, activity=activity or Activity(), tags=tags or Tags(), pacing=Pacing())


def knows(**reports: object) -> Known:
    return Known(reports=reports)  # type: ignore[arg-type]  # by app key


def research(found: IdleShutdown, *domains: Domain) -> Survey:
    target = Target(account=RESEARCH.account, region=RESEARCH.region, domains=domains or (RESEARCH,))
    return next(found.survey(target, NOW))


def test_an_idle_app_is_stopped_with_a_reason_that_names_the_persona() -> None:
    studio = Studio(running=(LAB,))
    studio.show(OLD, NOW, LAB)
    survey = research(room(studio))
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
    research(room(studio))
    assert studio.stopped == []


def test_an_app_that_reports_is_not_described() -> None:
    studio = Studio(running=(LAB,))
    activity = Activity(known=Known(reports={app_key(LAB): (report(active=timedelta(hours=3)),)}))
    survey = research(room(studio, place=place_of(studio, activity=activity)))
    assert (survey.counts, studio.described) == ({"stop": 1}, [])


def test_nobody_can_speak_for_the_app_of_another() -> None:
    studio = Studio(running=(LAB,))
    idle = report(active=timedelta(hours=3), role="studio-exec-mallory")
    busy = report(active=timedelta(minutes=10))
    activity = Activity(known=Known(reports={app_key(LAB): (idle, busy)}))
    assert research(room(studio, place=place_of(studio, activity=activity))).counts == {"keep": 1}
    only_mallory = Activity(known=Known(reports={app_key(LAB): (idle,)}))
    survey = research(room(studio, place=place_of(studio, activity=only_mallory)))
    assert (survey.counts, studio.described) == ({}, [LAB])


def test_kernels_of_studio_classic_are_reported_by_the_server_that_people_work_in() -> None:
    kernel = app(app_type=AppType.KERNEL_GATEWAY, name="datascience-ml-t3-medium")
    server = app(app_type=AppType.JUPYTER_SERVER, instance_type="system")
    studio = Studio(running=(kernel, server))
    activity = Activity(known=Known(reports={app_key(server): (report(active=timedelta(minutes=10)),)}))
    assert research(room(studio, place=place_of(studio, activity=activity))).counts == {"keep": 2}
    assert studio.described == []


def test_only_what_evidence_could_stop_is_described() -> None:
    young, aged = app(ran=timedelta(minutes=5), name="young"), app(ran=timedelta(days=3), name="aged")
    pending = app(name="pending", status=Status.PENDING)
    server = app(name="server", app_type=AppType.JUPYTER_SERVER, instance_type="system")
    studio = Studio(running=(young, aged, pending, server, LAB))
    survey = research(room(studio))
    assert studio.described == [LAB]
    assert [change.subject for change in survey.plan.changes] == ["app JupyterLab/aged of amara-okafor in research"]


def test_an_app_that_ends_while_it_is_looked_at_is_no_matter() -> None:
    assert research(room(Studio(running=(LAB,)))).plan == Plan(scope="domain research")


def test_an_app_in_a_private_space_has_the_limits_of_the_spaces_owner() -> None:
    mine = app(profile=None, space="amara-lab")
    studio = Studio(running=(mine,), held_spaces=(space("amara-lab", "amara-okafor"),))
    studio.show(OLD, NOW, mine)
    (stop,) = research(room(studio)).plan.changes
    assert stop.subject == "app JupyterLab/default of amara-lab in research"


def test_spaces_that_onboarding_made_are_known_by_name_and_not_listed() -> None:
    lab = SpaceTemplate(name="lab", app_type=AppType.JUPYTER_LAB, instance_type="ml.t3.medium", storage_gb=5)
    made = app(profile=None, space=space_name("amara-okafor", "lab"), ran=timedelta(days=9))
    studio = Studio(running=(made,))
    assert research(room(studio, spaces=(lab,))).counts == {"stop": 1}
    assert studio.space_lists == 0


def test_what_is_not_ours_is_left_alone_and_told_in_one_finding() -> None:
    strangers = tuple(app(f"stranger-{number:02}", ran=timedelta(days=9)) for number in range(12))
    shared = app(profile=None, space="shared", ran=timedelta(days=9))
    studio = Studio(running=(*strangers, shared), held_spaces=(space("shared", None),))
    survey = research(room(studio))
    assert survey.plan.changes == ()
    (finding,) = survey.plan.findings
    assert finding.subject == "13 apps in research"
    assert finding.reason.endswith("and 3 more")
    assert survey.population == 0


def test_a_persona_that_the_catalog_lost_stops_nothing_and_is_told_once() -> None:
    studio = Studio(running=(LAB, app("ben", ran=timedelta(days=9))))
    survey = research(room(studio, binding(persona="former"), binding("ben", persona="former")))
    assert survey.plan.changes == ()
    assert [finding.subject for finding in survey.plan.findings] == ["persona former in research"]


def test_a_person_without_a_door_still_has_limits() -> None:
    assert len(research(room(Studio(running=(AGED,)), binding(door="closed"))).plan.changes) == 1


def test_the_plan_does_not_depend_on_the_order_of_the_list() -> None:
    apps = tuple(app(name=name, ran=timedelta(days=9)) for name in ("b", "a", "c"))
    assert research(room(Studio(running=apps))).plan == research(room(Studio(running=apps[::-1]))).plan


def test_each_app_is_a_thread_of_its_own() -> None:
    apps = (app("amara-okafor"), app(profile=None, space="amara-okafor"), app(app_type=AppType.CODE_EDITOR))
    studio = Studio(running=apps, held_spaces=(space("amara-okafor", "amara-okafor"),))
    studio.show(OLD, NOW, *apps)
    changes = research(room(studio)).plan.changes
    assert len({change.thread for change in changes}) == len(changes) == 3


@pytest.mark.parametrize("holder", ["app", "space", "user-profile"])
def test_a_keep_alive_on_the_app_its_space_or_its_profile_keeps_it(holder: str) -> None:
    running = app(profile=None, space="amara-lab", ran=timedelta(days=9)) if holder == "space" else AGED
    place = RESEARCH.account
    arns = {
        "app": running.arn,
        "space": f"arn:aws:sagemaker:eu-west-1:{place}:space/d-research/amara-lab",
        "user-profile": f"arn:aws:sagemaker:eu-west-1:{place}:user-profile/d-research/amara-okafor",
    }
    studio = Studio(running=(running,), held_spaces=(space("amara-lab", "amara-okafor"),))
    tags = Tags(values={arns[holder].lower(): "2026-03-04"})
    assert research(room(studio, place=place_of(studio, tags=tags))).counts == {"keep": 1}


def test_a_keep_alive_that_asks_for_too_much_is_not_honoured_and_told() -> None:
    tags = Tags(values={AGED.arn.lower(): "2027-01-01"})
    studio = Studio(running=(AGED,))
    survey = research(room(studio, place=place_of(studio, tags=tags), night=NightRules(keep_alive_days=7)))
    assert survey.counts == {"stop": 1}
    (finding,) = survey.plan.findings
    assert finding.reason.startswith("studio-keep-until ends later than the 7 days that the catalog allows")


def test_where_no_keep_alive_is_honoured_no_tag_is_read() -> None:
    class NoTags(Tags):
        def having(self, _key: str) -> dict[str, str]:
            raise AssertionError("nobody asked for tags")

    studio = Studio(running=(AGED,))
    place = place_of(studio, tags=NoTags())
    assert research(room(studio, place=place, night=NightRules(keep_alive_days=0))).counts == {"stop": 1}


def test_an_account_without_an_activity_table_is_told_and_swept_by_timestamps() -> None:
    studio = Studio(running=(LAB,))
    studio.show(OLD, NOW, LAB)
    survey = research(room(studio, place=place_of(studio, activity=Activity(known=Known(is_kept=False)))))
    assert survey.counts == {"stop": 1}
    assert "deploy region.yaml" in survey.plan.findings[0].reason


def test_a_domain_that_cannot_be_listed_does_not_keep_its_neighbours_from_their_turn() -> None:
    studio = Studio(broken=Denied("sagemaker:ListApps", "AccessDeniedException", "no"))
    found = room(studio)
    target = Target(account=RESEARCH.account, region=RESEARCH.region, domains=(RESEARCH, SALES))
    surveys = list(found.survey(target, NOW))
    assert [(each.part, str(each.error)) for each in surveys] == [
        ("research", str(studio.broken)),
        ("sales", str(studio.broken)),
    ]


def test_what_is_known_of_the_apps_of_an_account_is_read_once_for_all_its_domains() -> None:
    activity = Activity()
    found = room(Studio(), place=place_of(Studio(), activity=activity))
    list(found.survey(Target(account=RESEARCH.account, region=RESEARCH.region, domains=(RESEARCH, SALES)), NOW))
    assert activity.reads == 1


def test_the_owner_is_warned_once_and_the_app_is_stopped_after_the_grace() -> None:
    studio, activity = Studio(running=(AGED,)), Activity()
    found = room(studio, place=place_of(studio, activity=activity), warning_minutes=30)
    (warning,) = research(found).plan.changes
    assert isinstance(warning, WarnOwner)
    assert warning.subject == "owner of app JupyterLab/default of amara-okafor in research"
    assert warning.person == "amara.okafor"
    assert not warning.removes
    found.perform(warning)
    assert research(found).plan.changes == ()
    target = Target(account=RESEARCH.account, region=RESEARCH.region, domains=(RESEARCH,))
    (stop,) = next(found.survey(target, NOW + timedelta(minutes=30))).plan.changes
    assert isinstance(stop, StopApp)


def test_rates_are_taken_from_earlier_runs_and_kept_for_later_ones() -> None:
    learnt = {"DeleteApp": Pace(rate=80, burst=10, is_known=False)}
    activity, pacing = Activity(known=Known(paces=learnt)), Pacing(learns={"ListApps": learnt["DeleteApp"]})
    found = room(Studio(), place=Place(studio=Studio(), activity=activity, tags=Tags(), pacing=pacing))
    research(found)
    assert pacing.started == [learnt]
    found.close(Target(account=RESEARCH.account, region=RESEARCH.region, domains=(RESEARCH,)))
    assert activity.paces == {"ListApps": learnt["DeleteApp"]}


def test_what_is_kept_of_a_stop_names_person_team_machine_and_money() -> None:
    found = room(Studio(running=(AGED,)))
    (stop,) = research(found).plan.changes
    kept = found.kept(stop)
    assert kept == {
        "app": "JupyterLab/default of amara-okafor",
        "domain": "research",
        "login": "amara.okafor",
        "team": "fraud",
        "cost_centre": "4711",
        "instance_type": "ml.t3.medium",
        "stopped_at": "2026-03-02T22:00:00+00:00",
        "reason": stop.reason,
        "hours": "12.00",
        "hourly": "0.05",
        "money": "0.6000",
        "currency": "USD",
    }


def test_an_app_that_cannot_be_described_keeps_no_other_from_being_stopped() -> None:
    studio = Studio(running=(app(name="dark"), LAB), indescribable=frozenset({"dark"}))
    studio.show(OLD, NOW, LAB)
    survey = research(room(studio))
    assert survey.counts == {"stop": 1, "unknown": 1}
    assert str(survey.error).startswith("sagemaker:DescribeApp failed with AccessDeniedException")


@pytest.mark.parametrize("now_is", [Status.DELETING, None])
def test_an_app_that_is_going_already_counts_as_stopped(now_is: Status | None) -> None:
    studio = Studio(running=(AGED,), in_transition=frozenset({"default"}))
    if now_is is not None:
        studio.evidence[AGED] = replace(AGED, status=now_is)
    found = room(studio)
    found.perform(research(found).plan.changes[0])


def test_an_app_in_another_transition_is_left_to_the_next_run() -> None:
    studio = Studio(running=(AGED,), in_transition=frozenset({"default"}))
    studio.evidence[AGED] = replace(AGED, status=Status.PENDING)
    found = room(studio)
    with pytest.raises(NotYet):
        found.perform(research(found).plan.changes[0])


def stop_of(number: int, found: App = LAB) -> StopApp:
    saving = Saving(hours=0, hourly=None)  # type: ignore[arg-type]  # nothing is computed from it here
    named = replace(found, name=str(number))
    return StopApp(
        subject=str(number),
        reason="",
        domain=RESEARCH,
        app=named,
        thread=str(number),
        binding=binding(),
        at=datetime(2026, 3, 2, tzinfo=UTC),
        saving=saving,
    )


def test_all_apps_of_a_domain_may_be_idle_but_never_more_than_an_account_can_run() -> None:
    def plan(count: int) -> Plan:
        return Plan(scope="domain research", changes=tuple(stop_of(number) for number in range(count)))

    assert check(plan(2_500), IdleShutdown.limits, population=2_500)
    with pytest.raises(UnsafePlan):
        check(plan(2_501), IdleShutdown.limits, population=3_000)


def test_a_change_of_another_room_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not a change of idle shutdown"):
        room(Studio()).perform(Change(subject="x", reason="y"))
