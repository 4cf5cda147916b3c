"""Is this app to be stopped? The decision table of docs/night.md. Pure.

Three kinds of evidence, the best first. The app's own report says when somebody last worked with it. Without one,
`last_user_activity` is moved by health checks too (DescribeApp, API reference): the person was active then or
earlier. So an old one proves idleness, whatever moved it; a recent one proves activity only where it is not just the
last health check. Unknown is not idle: an app is stopped on evidence, or because it is too old.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from concierge.catalog.night import Calendar, IdleLimits
from concierge.idle.evidence import Evidence, Report
from concierge.model import App, AppType, Status

_SAME_MOMENT = timedelta(seconds=1)  # AWS writes both timestamps, one after the other
_KINDS = frozenset(AppType)


class Verdict(StrEnum):
    """What is to become of an app."""

    KEEP = "keep"
    WARN = "warn"
    STOP = "stop"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict and why, in words that a person can read a year later.

    since: of a stop or a warning, when the app first broke its limit or was last used.
    """

    verdict: Verdict
    reason: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an app is judged by.

    calendar:        its working hours, if its persona has any.
    keep_alive_days: how far ahead of now a keep-alive may end.
    """

    limits: IdleLimits
    calendar: Calendar | None = None
    keep_alive_days: int = 0


def decide(app: App, rules: Rules, evidence: Evidence, now: datetime) -> Decision:
    """The first row that fits; an app without timestamps is unknown just if describing it could tell more."""
    decision = _limits(app, rules, evidence, now)
    if decision.verdict is not Verdict.STOP or rules.limits.warning_minutes == 0:
        return decision
    return _with_grace(decision, evidence.warned_at, timedelta(minutes=rules.limits.warning_minutes), now)


def _limits(app: App, rules: Rules, evidence: Evidence, now: datetime) -> Decision:
    if app.status is not Status.IN_SERVICE:
        return _keep(f"its status is {app.status}")
    if app.app_type not in _KINDS:
        return _keep(f"the limits do not cover {app.app_type}")
    # The list may leave the instance out; a JupyterServer app has no other than `system`.
    if app.app_type == AppType.JUPYTER_SERVER and app.instance_type in ("", "system"):
        return _keep("JupyterServer on a system instance costs nothing")
    if kept := _kept_alive(evidence, rules, now):
        return _keep(f"its owner asked to keep it until {_moment(kept)}")
    age, most = now - app.created_at, _minutes(rules.limits.max_lifetime_minutes)
    if most is not None and age > most:
        reason = f"runs since {_moment(app.created_at)}, {_span(age)}; lifetime limit {_span(most)}"
        return _stop(reason, since=app.created_at + most)
    return _idleness(app, rules, evidence, now)


def _idleness(app: App, rules: Rules, evidence: Evidence, now: datetime) -> Decision:
    limit = _minutes(rules.limits.idle_minutes)
    if limit is None:
        return _keep("no idle limit, and within its lifetime")
    if rules.calendar is not None and rules.calendar.is_open(now):
        limit = _minutes(rules.limits.working_hours_minutes)
        if limit is None:
            return _keep(f"working hours of {rules.calendar.name}, and within its lifetime")
    age = now - app.created_at
    if age <= limit:
        return _keep(f"runs for {_span(age)} only; idle limit {_span(limit)}")
    if evidence.report is not None and evidence.report.is_fresh(app, now):
        return _by_report(app, evidence.report, limit, now)
    return _by_timestamps(app, limit, now)


def _by_report(app: App, report: Report, limit: timedelta, now: datetime) -> Decision:
    seen = f"as the app reported at {_moment(report.seen_at)}"
    last = report.active_at or max(app.created_at, report.started_at)
    silence = min(now, report.seen_at) - last  # what happened since the last look, nobody knows
    if silence <= limit:
        used = f"{report.why or 'used'} at {_moment(last)}" if report.active_at else f"started at {_moment(last)}"
        return _keep(f"{used}, {seen}")
    never = f"never used since it started at {_moment(last)}"
    since = f"last used at {_moment(last)}{f' ({report.why})' if report.why else ''}" if report.active_at else never
    return _stop(f"{since}, {_span(silence)} before, {seen}; idle limit {_span(limit)}", since=last)


def _by_timestamps(app: App, limit: timedelta, now: datetime) -> Decision:
    active = app.last_user_activity
    if active is None:
        return _unknown("it does not report, and no activity was ever recorded: nobody may have opened it yet")
    silence = now - active
    if silence > limit:
        reason = f"no activity since {_moment(active)}, {_span(silence)}; idle limit {_span(limit)}"
        return _stop(reason, since=active)
    checked = app.last_health_check
    if checked is not None and abs(active - checked) <= _SAME_MOMENT:
        return _unknown(f"it does not report, and the activity of {_moment(active)} may be the health check of then")
    return _keep(f"active at {_moment(active)}")


def _with_grace(stop: Decision, warned_at: datetime | None, grace: timedelta, now: datetime) -> Decision:
    """A warning counts from when it was given, and only for the idleness that it was given for."""
    if warned_at is None or stop.since is None or warned_at < stop.since:
        return replace(stop, verdict=Verdict.WARN)
    if now - warned_at < grace:
        left = f"its owner was warned at {_moment(warned_at)} and has until {_moment(warned_at + grace)}"
        return _keep(f"{left}: {stop.reason}")
    return replace(stop, reason=f"{stop.reason}; its owner was warned at {_moment(warned_at)}")


def _kept_alive(evidence: Evidence, rules: Rules, now: datetime) -> datetime | None:
    until = evidence.keep_alive.until if evidence.keep_alive else None
    if until is None or not now < until <= _latest(now, rules.keep_alive_days):
        return None
    return until


def too_long(evidence: Evidence, rules: Rules, now: datetime) -> bool:
    """Whether a keep-alive is not honoured because it ends later than anybody may ask for."""
    until = evidence.keep_alive.until if evidence.keep_alive else None
    return until is not None and until > _latest(now, rules.keep_alive_days)


def _latest(now: datetime, days: int) -> datetime:
    """Days are whole: a tag names a date, and counts to the end of it."""
    return now + timedelta(days=days + 1) if days else now


def _keep(reason: str) -> Decision:
    return Decision(verdict=Verdict.KEEP, reason=reason)


def _stop(reason: str, *, since: datetime) -> Decision:
    return Decision(verdict=Verdict.STOP, reason=reason, since=since)


def _unknown(reason: str) -> Decision:
    return Decision(verdict=Verdict.UNKNOWN, reason=reason)


def _minutes(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(minutes=count)


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(length: timedelta) -> str:
    hours, minutes = divmod(max(0, int(length.total_seconds()) // 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
