"""Domains' own idle limits and tag propagation, from drift to mended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from concierge.apply import Mode
from concierge.catalog.model import Domain, NativeIdle
from concierge.house.plan import UpdateDomainSettings
from concierge.house.settings import StudioSettings
from concierge.model import App, AppType
from concierge.night.room import Survey
from concierge.night.sweep import SweepFailed
from concierge.plan import Change
from tests.support.house_fakes import TWO_HOURS, Domains, described, limits, target
from tests.support.night_fakes import NOW, SALES, Trail, app, catalog, sweep_of
from tests.support.night_fakes import RESEARCH as WITHOUT_LIMITS

RESEARCH = replace(WITHOUT_LIMITS, idle=TWO_HOURS)
EVENT = {"schedule": "night", "time": NOW.isoformat()}
LCC = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/theirs"


def one(domains: Domains, domain: Domain = RESEARCH) -> Survey:
    (survey,) = StudioSettings(studio=lambda _domain: domains).survey(target(domain), NOW)
    return survey


def research(**settings: Any) -> Domains:
    return Domains({RESEARCH.domain_id: described(**settings)})


def right(**settings: Any) -> Domains:
    return research(**{"lab": limits(), "editor": limits(), **settings})


def test_a_domain_that_stops_nothing_gets_the_catalogs_limits_for_both_kinds_of_app() -> None:
    domains = research()
    survey = one(domains)
    (change,) = survey.plan.changes
    assert (change.action, change.subject) == ("update domain settings", "settings of domain research")
    assert change.reason == (
        "JupyterLab stops never, must be after 120 idle minutes (60 to 240 by choice); "
        "CodeEditor stops never, must be after 120 idle minutes (60 to 240 by choice)"
    )
    assert domains.updates == []
    StudioSettings(studio=lambda _domain: domains).perform(change)
    user = domains.descriptions[RESEARCH.domain_id]["DefaultUserSettings"]
    assert user == {"JupyterLabAppSettings": limits(), "CodeEditorAppSettings": limits()}


def test_a_domain_that_is_right_is_left_alone_and_its_apps_are_not_listed() -> None:
    domains = right(shared=limits())
    survey = one(domains)
    assert survey.plan.is_empty
    assert survey.plan.findings == ()
    assert survey.counts == {"checked": 1}
    assert domains.app_lists == 0


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (limits(minutes=480, most=480), "after 480 idle minutes (60 to 480 by choice)"),
        (limits(least=90), "after 120 idle minutes (90 to 240 by choice)"),
        (limits(most=525_600), "after 120 idle minutes (60 to 525600 by choice)"),
        ({"AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "DISABLED"}}}, "never"),
    ],
)
def test_a_limit_or_a_bound_that_somebody_moved_is_mended(found: dict[str, Any], words: str) -> None:
    domains = right(editor=found)
    (change,) = one(domains).plan.changes
    assert change.reason == f"CodeEditor stops {words}, must be after 120 idle minutes (60 to 240 by choice)"
    StudioSettings(studio=lambda _domain: domains).perform(change)
    assert one(domains).plan.is_empty


def test_bounds_that_are_not_set_are_those_of_the_api() -> None:
    widest = replace(RESEARCH, idle=NativeIdle(minutes=120, least=60, most=525_600))
    bare = {"AppLifecycleManagement": {"IdleSettings": {"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 120}}}
    assert one(research(lab=bare, editor=bare), widest).plan.is_empty


def test_shared_spaces_have_limits_where_the_domain_has_settings_for_them() -> None:
    domains = right(shared={"LifecycleConfigArns": [LCC]})
    (change,) = one(domains).plan.changes
    assert change.reason.startswith("JupyterLab of shared spaces stops never")
    StudioSettings(studio=lambda _domain: domains).perform(change)
    (update,) = domains.updates
    assert set(update) == {"DefaultSpaceSettings"}
    assert update["DefaultSpaceSettings"]["JupyterLabAppSettings"] == {"LifecycleConfigArns": [LCC], **limits()}


def test_settings_of_shared_spaces_without_a_role_are_not_settings() -> None:
    assert one(right(DefaultSpaceSettings={})).plan.is_empty


def test_tag_propagation_is_switched_on_even_where_the_catalog_says_nothing_about_idleness() -> None:
    domains = research(lab=limits(480), TagPropagation="DISABLED")
    (change,) = one(domains, WITHOUT_LIMITS).plan.changes
    assert change.reason == "apps are born without the tags of their domain, profile and space"
    StudioSettings(studio=lambda _domain: domains).perform(change)
    assert domains.updates == [{"TagPropagation": "ENABLED"}]
    assert domains.app_lists == 0


def test_limits_and_tag_propagation_are_mended_in_one_update() -> None:
    domains = research(TagPropagation="DISABLED")
    (change,) = one(domains).plan.changes
    StudioSettings(studio=lambda _domain: domains).perform(change)
    (update,) = domains.updates
    assert set(update) == {"TagPropagation", "DefaultUserSettings"}


def test_apps_that_run_on_with_former_limits_are_told_in_one_finding() -> None:
    def of(app_type: AppType, profile: str) -> App:
        return app(profile, ran=timedelta(hours=1), app_type=app_type)

    domains = right(lab={})
    domains.running = (
        *(of(AppType.JUPYTER_LAB, f"person-{number:02}") for number in range(12)),
        of(AppType.CODE_EDITOR, "editor"),
        of(AppType.JUPYTER_SERVER, "classic"),
    )
    (finding,) = one(domains).plan.findings
    assert finding.subject == "12 apps in research"
    assert finding.reason.startswith("they keep their former idle limits until they are restarted: JupyterLab/default")
    assert finding.reason.endswith("and 2 more")


def test_nothing_runs_so_nothing_has_to_be_restarted() -> None:
    domains = research()
    assert one(domains).plan.findings == ()
    assert domains.app_lists == 1


def test_the_second_night_writes_nothing() -> None:
    domains, trail = research(TagPropagation="DISABLED"), Trail()
    sweep = sweep_of(StudioSettings(studio=lambda _domain: domains), catalog(RESEARCH), trail)
    first = sweep.sweep(EVENT)
    assert first["domains"]["research"]["applied"] == 1
    second = sweep.sweep(EVENT)
    assert second["domains"]["research"] == {"checked": 1, "findings": 0}
    assert len(domains.updates) == 1


def test_a_dry_run_changes_nothing() -> None:
    domains = research()
    sweep = sweep_of(StudioSettings(studio=lambda _domain: domains), catalog(RESEARCH), Trail())
    assert sweep.sweep(EVENT, mode=Mode.DRY_RUN)["domains"]["research"]["planned"] == 1
    assert domains.updates == []


def test_a_domain_that_aws_is_working_on_waits_for_the_next_night() -> None:
    domains = research(Status="Updating")
    sweep = sweep_of(StudioSettings(studio=lambda _domain: domains), catalog(RESEARCH), Trail())
    assert sweep.sweep(EVENT)["domains"]["research"]["waiting"] == 1
    domains.descriptions[RESEARCH.domain_id]["Status"] = "InService"
    assert sweep.sweep(EVENT)["domains"]["research"]["applied"] == 1


def test_a_domain_that_cannot_be_looked_at_keeps_no_other_from_its_turn() -> None:
    sales = replace(SALES, idle=TWO_HOURS)
    domains = Domains({sales.domain_id: described()}, unreadable=frozenset({RESEARCH.domain_id}))
    sweep = sweep_of(StudioSettings(studio=lambda _domain: domains), catalog(RESEARCH, sales), Trail())
    with pytest.raises(SweepFailed, match="the spoke role is gone"):
        sweep.sweep(EVENT)
    assert len(domains.updates) == 1


def test_the_report_learns_which_domain_was_mended_and_why() -> None:
    room = StudioSettings(studio=lambda _domain: Domains())
    change = UpdateDomainSettings(subject="x", reason="JupyterLab stops never", domain=RESEARCH)
    assert room.kept(change) == {"domain": "research", "reason": "JupyterLab stops never"}
    assert room.kept(Change(subject="x", reason="y")) is None


def test_a_change_of_another_room_is_a_defect() -> None:
    with pytest.raises(TypeError, match="not a change of studio settings"):
        StudioSettings(studio=lambda _domain: Domains()).perform(Change(subject="x", reason="y"))
