"""Is this app to be stopped? The decision table of docs/night.md. Pure.

`last_user_activity` is moved by health checks too (DescribeApp, API reference): the person was active then or
earlier. So an old one proves idleness, whatever moved it; a recent one proves activity only where it is not just the
last health check. Unknown is not idle: an app is stopped on evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from concierge.catalog.model import IdleLimits
from concierge.model import App, AppType, Status

_SAME_MOMENT = timedelta(seconds=1)  # AWS writes both timestamps, one after the other
_KINDS = frozenset(AppType)


class Verdict(StrEnum):
    """What is to become of an app."""

    KEEP = "keep"
    STOP = "stop"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict and why, in words that a person can read a year later."""

    verdict: Verdict
    reason: str


def decide(app: App, limits: IdleLimits, now: datetime) -> Decision:
    """The first row that fits; an app as listed, without timestamps, is unknown just if describing it could tell."""
    if app.status is not Status.IN_SERVICE:
        return _keep(f"its status is {app.status}")
    if app.app_type not in _KINDS:
        return _keep(f"the limits do not cover {app.app_type}")
    # The list may leave the instance out; a JupyterServer app has no other than `system`.
    if app.app_type == AppType.JUPYTER_SERVER and app.instance_type in ("", "system"):
        return _keep("JupyterServer on a system instance costs nothing")
    age, most = now - app.created_at, _minutes(limits.max_lifetime_minutes)
    if most is not None and age > most:
        return _stop(f"runs since {_moment(app.created_at)}, {_span(age)}; lifetime limit {_span(most)}")
    idle = _minutes(limits.idle_minutes)
    return _keep("no idle limit, and within its lifetime") if idle is None else _by_activity(app, idle, now)


def _by_activity(app: App, limit: timedelta, now: datetime) -> Decision:
    age, active = now - app.created_at, app.last_user_activity
    if age <= limit:
        return _keep(f"runs for {_span(age)} only; idle limit {_span(limit)}")
    if active is None:
        return _unknown("no activity was ever recorded, so nobody may have opened it yet")
    silence = now - active
    if silence > limit:
        return _stop(f"no activity since {_moment(active)}, {_span(silence)}; idle limit {_span(limit)}")
    checked = app.last_health_check
    if checked is not None and abs(active - checked) <= _SAME_MOMENT:
        return _unknown(f"the activity of {_moment(active)} may be the health check of that moment")
    return _keep(f"active at {_moment(active)}")


def _keep(reason: str) -> Decision:
    return Decision(verdict=Verdict.KEEP, reason=reason)


def _stop(reason: str) -> Decision:
    return Decision(verdict=Verdict.STOP, reason=reason)


def _unknown(reason: str) -> Decision:
    return Decision(verdict=Verdict.UNKNOWN, reason=reason)


def _minutes(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(minutes=count)


def _moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(length: timedelta) -> str:
    hours, minutes = divmod(max(0, int(length.total_seconds()) // 60), 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min"
