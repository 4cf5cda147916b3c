"""What is known of an app besides what Studio says: reports of the app itself, warnings, and keep-alive tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from concierge.model import App, AppType
from concierge.pace import Pace

# The reporter looks every five minutes and writes at least every fifteen (lifecycle/idle-reporter.sh). One report may
# go missing; after that nobody knows what the app does.
_FRESH = timedelta(minutes=35)
_CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an app has last said of itself.

    role:      the execution role that wrote it; a role can write under its own name only.
    active_at: the last real activity; None if there was none since the reporter was started.
    """

    role: str
    seen_at: datetime
    started_at: datetime
    active_at: datetime | None = None
    why: str = ""

    def is_fresh(self, app: App, now: datetime) -> bool:
        """Whether it is about this run of the app, and young enough to say that nothing happened."""
        same_run = self.seen_at >= app.created_at and self.started_at >= app.created_at - _CLOCKS_DIFFER
        return same_run and now - _FRESH <= self.seen_at <= now + _CLOCKS_DIFFER


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAlive:
    """A tag that asks to keep an app running; `until` is None if its value is no date."""

    until: datetime | None

    @classmethod
    def read(cls, value: str) -> KeepAlive:
        """An ISO date counts to its end in UTC; an ISO time without a zone is in UTC."""
        try:
            if len(value) == len("2026-03-02"):
                end = datetime.combine(date.fromisoformat(value) + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
                return cls(until=end)
            moment = datetime.fromisoformat(value)
        except (ValueError, OverflowError):
            return cls(until=None)
        return cls(until=moment if moment.tzinfo else moment.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that was kept about the apps of one account and region.

    reports:   by app key, of every role that claims to be the app.
    warned_at: when an owner was told, by app key.
    paces:     learnt call rates by API operation.
    is_kept:   whether there is a place to keep it at all; without one no app can report.
    """

    reports: Mapping[str, tuple[Report, ...]] = field(default_factory=dict)
    warned_at: Mapping[str, datetime] = field(default_factory=dict)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    is_kept: bool = True

    def report(self, app: App, role: str) -> Report | None:
        """The app's own report: what its owner's role wrote. Nobody else's word counts.

        A kernel of Studio Classic runs in an app of its own, but what people do with it goes through the profile's
        JupyterServer, which reports for both.
        """
        found = self._of(app_key(app), role)
        if found is None and app.app_type == AppType.KERNEL_GATEWAY and app.profile is not None:
            found = self._of(_key(app.domain_id, "profile", app.profile, AppType.JUPYTER_SERVER, "default"), role)
        return found

    def _of(self, key: str, role: str) -> Report | None:
        return next((each for each in self.reports.get(key, ()) if each.role == role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What counts for one app."""

    report: Report | None = None
    warned_at: datetime | None = None
    keep_alive: KeepAlive | None = None


def app_key(app: App) -> str:
    """How an app is named wherever something is kept about it: as the reporter names itself, in lower case."""
    if app.space is not None:
        return _key(app.domain_id, "space", app.space, app.app_type, app.name)
    return _key(app.domain_id, "profile", app.profile or "", app.app_type, app.name)


def _key(*parts: str) -> str:
    return "/".join(parts).lower()
