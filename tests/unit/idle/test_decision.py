"""The decision table, row by row: an app is stopped on evidence or for its age, and on nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.catalog.night import Calendar, IdleLimits, Weekday
from concierge.idle.decision import Decision, Rules, Verdict, decide, too_long
from concierge.idle.evidence import Evidence, KeepAlive, Report
from concierge.model import AppType, Status
from tests.support.night_fakes import NOW, app, report

HOUR = timedelta(hours=1)
LIMITS = IdleLimits(idle_minutes=60, max_lifetime_minutes=720)
OLD = NOW - timedelta(hours=3, minutes=4)
RECENT = NOW - timedelta(minutes=10)
WEEKDAYS = frozenset(Weekday) - {Weekday.SAT, Weekday.SUN}
# The night of these tests is a Monday, 22:00 UTC: eleven in the evening in Berlin, two in the afternoon in Seattle.
BERLIN = Calendar(name="berlin", timezone="Europe/Berlin", days=WEEKDAYS, opens=time(8), closes=time(19))
SEATTLE = Calendar(name="seattle", timezone="America/Los_Angeles", days=WEEKDAYS, opens=time(8), closes=time(19))


def judged(
    limits: IdleLimits = LIMITS,
    evidence: Evidence | None = None,
    *,
    ran: timedelta = timedelta(hours=5),
    calendar: Calendar | None = None,
    keep_alive_days: int = 14,
    **fields: object,
) -> Decision:
    found = replace(app(ran=ran), **fields)  # type: ignore[arg-type]  # fields of the app
    rules = Rules(limits=limits, calendar=calendar, keep_alive_days=keep_alive_days)
    return decide(found, rules, evidence or Evidence(), NOW)


def reported(active: timedelta | None, **changed: object) -> Evidence:
    return Evidence(report=report(active=active, **changed))  # type: ignore[arg-type]  # fields of the report


# -- what no limit is for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.IN_SERVICE])
def test_what_is_not_in_service_is_kept(status: Status) -> None:
    decision = judged(status=status, ran=timedelta(days=30), last_user_activity=OLD)
    assert decision == Decision(verdict=Verdict.KEEP, reason=f"its status is {status}")


@pytest.mark.parametrize("instance", ["system", ""])
def test_a_jupyter_server_on_a_system_instance_is_kept_because_it_costs_nothing(instance: str) -> None:
    decision = judged(app_type=AppType.JUPYTER_SERVER, instance_type=instance, ran=timedelta(days=30))
    assert decision.verdict is Verdict.KEEP
    assert "costs nothing" in decision.reason


def test_a_kind_of_app_that_the_limits_do_not_cover_is_kept() -> None:
    decision = judged(app_type="Canvas", ran=timedelta(days=30), last_user_activity=OLD)
    assert decision == Decision(verdict=Verdict.KEEP, reason="the limits do not cover Canvas")


# -- keep-alive ----------------------------------------------------------------------------------------------------


def test_a_keep_alive_holds_against_idleness_and_age_to_the_end_of_its_day() -> None:
    asked = Evidence(report=report(active=timedelta(hours=4)), keep_alive=KeepAlive.read("2026-03-02"))
    decision = judged(evidence=asked, ran=timedelta(days=9))
    assert decision == Decision(verdict=Verdict.KEEP, reason="its owner asked to keep it until 2026-03-03 00:00 UTC")


@pytest.mark.parametrize("value", ["2026-03-01", "2026-03-02T21:59:00Z", "always", "", "2026-13-45", "9999-12-31"])
def test_a_keep_alive_that_is_over_or_no_date_holds_nothing(value: str) -> None:
    assert judged(evidence=Evidence(keep_alive=KeepAlive.read(value)), ran=timedelta(days=9)).verdict is Verdict.STOP


def test_a_keep_alive_may_ask_for_as_many_days_as_the_catalog_allows_and_no_more() -> None:
    rules = Rules(limits=LIMITS, keep_alive_days=14)
    allowed, longer = (Evidence(keep_alive=KeepAlive.read(day)) for day in ("2026-03-16", "2026-03-18"))
    aged = app(ran=timedelta(days=9))
    assert decide(aged, rules, allowed, NOW).verdict is Verdict.KEEP
    assert not too_long(allowed, rules, NOW)
    assert decide(aged, rules, longer, NOW).verdict is Verdict.STOP
    assert too_long(longer, rules, NOW)


def test_where_the_catalog_allows_no_keep_alive_none_is_honoured() -> None:
    asked = Evidence(keep_alive=KeepAlive.read("2026-03-03"))
    assert judged(evidence=asked, ran=timedelta(days=9), keep_alive_days=0).verdict is Verdict.STOP


# -- age -----------------------------------------------------------------------------------------------------------


def test_an_app_over_its_lifetime_is_stopped_even_if_it_is_used() -> None:
    decision = judged(ran=timedelta(hours=12, minutes=30), evidence=reported(timedelta(), seen=timedelta()))
    assert decision.verdict is Verdict.STOP
    assert decision.reason == "runs since 2026-03-02 09:30 UTC, 12 h 30 min; lifetime limit 12 h 00 min"
    assert decision.since == NOW - timedelta(minutes=30)


def test_without_limits_nothing_is_stopped() -> None:
    assert judged(IdleLimits(), reported(timedelta(days=9)), ran=timedelta(days=300)).verdict is Verdict.KEEP


def test_an_app_younger_than_the_idle_limit_is_kept_without_a_closer_look() -> None:
    decision = judged(ran=timedelta(minutes=20))
    assert decision == Decision(verdict=Verdict.KEEP, reason="runs for 20 min only; idle limit 1 h 00 min")


# -- working hours -------------------------------------------------------------------------------------------------


def test_in_working_hours_nothing_is_stopped_for_idleness() -> None:
    decision = judged(evidence=reported(timedelta(hours=3)), calendar=SEATTLE)
    assert decision == Decision(verdict=Verdict.KEEP, reason="working hours of seattle, and within its lifetime")
    assert judged(evidence=reported(timedelta(hours=3)), calendar=BERLIN).verdict is Verdict.STOP


def test_working_hours_may_have_a_limit_of_their_own() -> None:
    limits = replace(LIMITS, working_hours_minutes=240)
    three_hours, five_hours = (reported(timedelta(hours=hours)) for hours in (3, 5))
    assert judged(limits, three_hours, ran=timedelta(hours=8), calendar=SEATTLE).verdict is Verdict.KEEP
    assert judged(limits, five_hours, ran=timedelta(hours=8), calendar=SEATTLE).verdict is Verdict.STOP


def test_in_working_hours_an_app_can_still_be_too_old() -> None:
    assert judged(ran=timedelta(hours=13), calendar=SEATTLE).verdict is Verdict.STOP


# -- the app's own report ------------------------------------------------------------------------------------------


def test_an_app_that_reports_no_activity_for_longer_than_the_limit_is_stopped() -> None:
    decision = judged(evidence=reported(timedelta(hours=3)))
    assert decision.verdict is Verdict.STOP
    assert decision.reason == (
        "last used at 2026-03-02 19:00 UTC (kernel used), 2 h 55 min before, "
        "as the app reported at 2026-03-02 21:55 UTC; idle limit 1 h 00 min"
    )


def test_an_app_that_reports_activity_is_kept_whatever_the_health_check_says() -> None:
    decision = judged(evidence=reported(timedelta(minutes=20)), last_user_activity=OLD)
    assert decision.verdict is Verdict.KEEP
    assert decision.reason == "kernel used at 2026-03-02 21:40 UTC, as the app reported at 2026-03-02 21:55 UTC"


def test_an_app_that_reports_and_was_never_used_is_stopped_though_nobody_opened_it() -> None:
    decision = judged(evidence=reported(None))
    assert decision.verdict is Verdict.STOP
    assert decision.reason.startswith("never used since it started at 2026-03-02 17:00 UTC")


def test_an_app_that_reports_and_was_not_used_yet_has_its_hour() -> None:
    just_started = reported(None, started_at=NOW - timedelta(minutes=40))
    assert judged(evidence=just_started).verdict is Verdict.KEEP


def test_what_happened_since_the_last_look_nobody_knows_so_it_does_not_count_as_silence() -> None:
    assert judged(evidence=reported(timedelta(minutes=70), seen=timedelta(minutes=20))).verdict is Verdict.KEEP


@pytest.mark.parametrize(
    "stale",
    [
        report(active=timedelta(hours=3), seen=timedelta(minutes=36)),
        report(active=None, seen=timedelta(hours=2)),
        report(active=timedelta(hours=3), seen=-timedelta(hours=2)),
    ],
    ids=["silent for too long", "silent since it started", "its clock is ahead"],
)
def test_a_reporter_that_fell_silent_is_no_evidence_and_no_reporter_is_not_idleness(stale: Report) -> None:
    assert judged(evidence=Evidence(report=stale)).verdict is Verdict.UNKNOWN
    assert judged(evidence=Evidence(report=stale), last_user_activity=RECENT).verdict is Verdict.KEEP


def test_a_report_of_an_earlier_run_of_the_app_says_nothing_of_this_one() -> None:
    former = report(active=timedelta(hours=3), seen=timedelta(minutes=10), started_at=NOW - timedelta(days=2))
    assert judged(evidence=Evidence(report=former), ran=timedelta(hours=2)).verdict is Verdict.UNKNOWN


# -- Studio's timestamps -------------------------------------------------------------------------------------------


def test_an_app_that_nobody_ever_opened_is_unknown_until_it_is_over_its_lifetime() -> None:
    assert judged().verdict is Verdict.UNKNOWN
    assert judged(ran=timedelta(hours=13)).verdict is Verdict.STOP


def test_activity_older_than_the_limit_proves_idleness() -> None:
    decision = judged(last_user_activity=OLD, last_health_check=NOW)
    assert decision.verdict is Verdict.STOP
    assert decision.reason == "no activity since 2026-03-02 18:56 UTC, 3 h 04 min; idle limit 1 h 00 min"


def test_old_activity_proves_idleness_even_if_it_was_a_health_check() -> None:
    assert judged(last_user_activity=OLD, last_health_check=OLD).verdict is Verdict.STOP


@pytest.mark.parametrize("apart", [timedelta(), timedelta(milliseconds=900), -timedelta(seconds=1)])
def test_recent_activity_that_may_be_the_health_check_is_unknown(apart: timedelta) -> None:
    assert judged(last_user_activity=RECENT, last_health_check=RECENT + apart).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("checked", [None, RECENT + timedelta(seconds=2), NOW])
def test_recent_activity_of_its_own_is_activity(checked: datetime | None) -> None:
    decision = judged(last_user_activity=RECENT, last_health_check=checked)
    assert decision == Decision(verdict=Verdict.KEEP, reason="active at 2026-03-02 21:50 UTC")


def test_exactly_at_its_limits_an_app_is_within_them() -> None:
    assert judged(ran=HOUR).verdict is Verdict.KEEP
    assert judged(last_user_activity=NOW - HOUR).verdict is not Verdict.STOP
    assert judged(evidence=reported(HOUR, seen=timedelta())).verdict is Verdict.KEEP
    assert judged(ran=timedelta(hours=12), last_user_activity=NOW).verdict is not Verdict.STOP


# -- the warning first ---------------------------------------------------------------------------------------------

GRACE = replace(LIMITS, warning_minutes=30)


def warned(ago: timedelta, active: timedelta | None = timedelta(hours=3)) -> Evidence:
    return Evidence(report=report(active=active), warned_at=NOW - ago)


def test_before_the_first_stop_its_owner_is_warned() -> None:
    decision = judged(GRACE, reported(timedelta(hours=3)))
    assert decision.verdict is Verdict.WARN
    assert decision.reason == judged(LIMITS, reported(timedelta(hours=3))).reason


def test_while_the_grace_lasts_it_is_kept_and_then_stopped() -> None:
    decision = judged(GRACE, warned(timedelta(minutes=29)))
    assert decision.verdict is Verdict.KEEP
    assert decision.reason.startswith("its owner was warned at 2026-03-02 21:31 UTC and has until 2026-03-02 22:01 UTC")
    stopped = judged(GRACE, warned(timedelta(minutes=30)))
    assert stopped.verdict is Verdict.STOP
    assert stopped.reason.endswith("; its owner was warned at 2026-03-02 21:30 UTC")


def test_a_warning_that_somebody_answered_with_work_is_used_up() -> None:
    worked_since = warned(timedelta(hours=4), active=timedelta(hours=2))
    assert judged(GRACE, worked_since).verdict is Verdict.WARN
    assert judged(GRACE, warned(timedelta(minutes=40), active=timedelta(minutes=20))).verdict is Verdict.KEEP


def test_a_warning_of_an_earlier_run_of_the_app_is_none() -> None:
    assert judged(GRACE, Evidence(warned_at=NOW - timedelta(days=2)), ran=timedelta(hours=13)).verdict is Verdict.WARN


# -- laws ----------------------------------------------------------------------------------------------------------

minutes = st.integers(min_value=60, max_value=10_000)
spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=10))
calendars = st.none() | st.sampled_from([BERLIN, SEATTLE])
keep_alives = st.none() | st.sampled_from(["2026-03-03", "2026-01-01", "2030-01-01", "soon"]).map(KeepAlive.read)


@given(
    limits=st.builds(
        IdleLimits,
        idle_minutes=st.none() | minutes,
        max_lifetime_minutes=st.none() | minutes,
        warning_minutes=st.sampled_from([0, 30]),
        working_hours_minutes=st.none() | minutes,
    ),
    calendar=calendars,
    ran=spans,
    used=st.lists(spans, max_size=4),
    looked=st.lists(spans, max_size=4),
    moved_by_health_check=st.none() | spans,
    warned_ago=st.none() | spans,
    keep_alive=keep_alives,
    status=st.sampled_from(Status),
    kind=st.sampled_from([*AppType, "Canvas"]),
)
def test_no_app_with_activity_within_its_limit_is_ever_stopped(  # noqa: PLR0917 - all that there is
    limits: IdleLimits,
    calendar: Calendar | None,
    ran: timedelta,
    used: list[timedelta],
    looked: list[timedelta],
    moved_by_health_check: timedelta | None,
    warned_ago: timedelta | None,
    keep_alive: KeepAlive | None,
    status: Status,
    kind: str,
) -> None:
    """A person works at some moments, the reporter looks at others: whatever it saw, and Studio saw, is believed."""
    created = NOW - ran
    work = [NOW - each for each in used if each <= ran]
    looks = [NOW - each for each in looked if each <= ran]
    seen = [each for each in work if looks and each <= max(looks)]
    said = (
        Report(role="r", seen_at=max(looks), started_at=created, active_at=max(seen, default=None)) if looks else None
    )
    # Studio's timestamp: the last work or a later health check, and nothing if nobody ever worked.
    moments = [*work, *([NOW - moved_by_health_check] if moved_by_health_check is not None else [])]
    found = app(ran=ran, status=status, app_type=kind, last_user_activity=max(moments) if work else None)
    evidence = Evidence(report=said, warned_at=None if warned_ago is None else NOW - warned_ago, keep_alive=keep_alive)
    decision = decide(found, Rules(limits=limits, calendar=calendar, keep_alive_days=14), evidence, NOW)

    open_now = calendar is not None and calendar.is_open(NOW)
    limit = limits.working_hours_minutes if open_now else limits.idle_minutes
    too_old = limits.max_lifetime_minutes is not None and ran > timedelta(minutes=limits.max_lifetime_minutes)
    known_work = seen if said is not None and said.is_fresh(found, NOW) else work
    in_use = any(limit is None or NOW - each <= timedelta(minutes=limit) for each in known_work)
    if not too_old and (in_use or limits.idle_minutes is None or limit is None):
        assert decision.verdict not in (Verdict.STOP, Verdict.WARN)


@given(ran=spans, silence=spans)
def test_only_what_is_unknown_without_timestamps_can_be_judged_otherwise_with_them(
    ran: timedelta, silence: timedelta
) -> None:
    listed = app(ran=ran)
    described = replace(listed, last_user_activity=NOW - silence, last_health_check=NOW)
    rules = Rules(limits=LIMITS)
    on_the_list = decide(listed, rules, Evidence(), NOW)
    if on_the_list.verdict is not Verdict.UNKNOWN:
        assert decide(described, rules, Evidence(), NOW) == on_the_list


@given(value=st.text(max_size=30))
def test_no_text_in_a_tag_breaks_the_night(value: str) -> None:
    until = KeepAlive.read(value).until
    assert until is None or until.tzinfo is not None
    assert KeepAlive.read("2026-03-04").until == datetime(2026, 3, 5, tzinfo=UTC)
