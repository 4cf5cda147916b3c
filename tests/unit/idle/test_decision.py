"""The decision table, row by row: an app is stopped on evidence, and on nothing else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.catalog.model import IdleLimits
from concierge.idle.decision import Decision, Verdict, decide
from concierge.model import AppType, Status
from tests.support.night_fakes import NOW, app

HOUR = timedelta(hours=1)
LIMITS = IdleLimits(idle_minutes=60, max_lifetime_minutes=720)
NO_LIMITS = IdleLimits()
OLD = NOW - timedelta(hours=3, minutes=4)
RECENT = NOW - timedelta(minutes=10)


def judged(limits: IdleLimits = LIMITS, *, ran: timedelta = timedelta(hours=5), **fields: object) -> Decision:
    return decide(replace(app(ran=ran), **fields), limits, NOW)  # type: ignore[arg-type]  # fields of the app


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


def test_an_app_over_its_lifetime_is_stopped_even_if_it_is_used() -> None:
    decision = judged(ran=timedelta(hours=12, minutes=30), last_user_activity=NOW)
    assert decision.verdict is Verdict.STOP
    assert decision.reason == "runs since 2026-03-02 09:30 UTC, 12 h 30 min; lifetime limit 12 h 00 min"


def test_without_limits_nothing_is_stopped() -> None:
    assert judged(NO_LIMITS, ran=timedelta(days=300), last_user_activity=OLD).verdict is Verdict.KEEP


def test_an_app_younger_than_the_idle_limit_is_kept_without_a_closer_look() -> None:
    decision = judged(ran=timedelta(minutes=20))
    assert decision == Decision(verdict=Verdict.KEEP, reason="runs for 20 min only; idle limit 1 h 00 min")


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
    assert judged(ran=timedelta(hours=12), last_user_activity=NOW).verdict is not Verdict.STOP


minutes = st.integers(min_value=60, max_value=10_000)
spans = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=10))


@given(
    idle=st.none() | minutes,
    lifetime=st.none() | minutes,
    ran=spans,
    silence=st.none() | spans,
    checked=st.none() | spans,
    status=st.sampled_from(Status),
    kind=st.sampled_from([*AppType, "Canvas"]),
)
def test_an_app_within_its_limits_is_never_stopped(
    idle: int | None,
    lifetime: int | None,
    ran: timedelta,
    silence: timedelta | None,
    checked: timedelta | None,
    status: Status,
    kind: str,
) -> None:
    found = app(
        ran=ran,
        status=status,
        app_type=kind,
        last_user_activity=None if silence is None else NOW - silence,
        last_health_check=None if checked is None else NOW - checked,
    )
    limits = IdleLimits(idle_minutes=idle, max_lifetime_minutes=lifetime)
    within_lifetime = lifetime is None or ran <= timedelta(minutes=lifetime)
    within_idle = idle is None or silence is None or silence <= timedelta(minutes=idle)
    if within_lifetime and within_idle:
        assert decide(found, limits, NOW).verdict is not Verdict.STOP


@given(ran=spans, silence=spans)
def test_only_what_is_unknown_without_timestamps_can_be_judged_otherwise_with_them(
    ran: timedelta, silence: timedelta
) -> None:
    listed = app(ran=ran)
    described = replace(listed, last_user_activity=NOW - silence, last_health_check=NOW)
    on_the_list = decide(listed, LIMITS, NOW)
    if on_the_list.verdict is not Verdict.UNKNOWN:
        assert decide(described, LIMITS, NOW) == on_the_list
