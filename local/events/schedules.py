"""EventBridge Scheduler on the stack's clock: rate(...), cron(...) and at(...), and when they come due.

Source: "Schedule types in EventBridge Scheduler" (User Guide).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from local.events import cron

_RATE = re.compile(r"rate\(([1-9]\d*) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((.+)\)")
_ONCE = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule and what it invokes.

    since: what a rate counts from; None counts from the moment that is asked about.
    """

    name: str
    expression: str
    timezone: str
    target: str
    role: str
    input: str
    since: datetime | None = None

    def due(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The times after `after`, up to and with `until`; raises ValueError for an expression it cannot read."""
        zone = ZoneInfo(self.timezone)
        if rate := _RATE.fullmatch(self.expression):
            return _steps(self.since or after, int(rate[1]) * _UNITS[rate[2]], after, until)
        if found := _CRON.fullmatch(self.expression):
            try:
                return cron.parse(found[1]).times(after, until, zone)
            except ValueError as error:
                raise ValueError(f"schedule {self.name}: cannot read {self.expression!r}: {error}") from error
        if once := _ONCE.fullmatch(self.expression):
            at = datetime.fromisoformat(once[1]).replace(tzinfo=zone).astimezone(UTC)
            return iter([at] if after < at <= until else [])
        raise ValueError(f"schedule {self.name}: cannot read {self.expression!r}")


def _steps(since: datetime, step: timedelta, after: datetime, until: datetime) -> Iterator[datetime]:
    at = since + max(1, (after - since) // step + 1) * step
    while at <= until:
        yield at
        at += step


def moment(at: datetime) -> str:
    """What `<aws.scheduler.scheduled-time>` becomes."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_schedules(scheduler: Any) -> list[Schedule]:
    """Every schedule that was deployed and is enabled; raises ValueError for an expression that cannot be read."""
    pages = scheduler.get_paginator("list_schedules").paginate()
    listed = [each for page in pages for each in page["Schedules"]]
    found = [scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"]) for each in listed]
    schedules = [_schedule(each) for each in found if each.get("State", "ENABLED") == "ENABLED"]
    for schedule in schedules:
        schedule.due(datetime.now(UTC), datetime.now(UTC))
    return schedules


def _schedule(found: Any) -> Schedule:
    return Schedule(
        name=found["Name"],
        expression=found["ScheduleExpression"],
        timezone=found.get("ScheduleExpressionTimezone", "UTC"),
        target=found["Target"]["Arn"],
        role=found["Target"]["RoleArn"],
        input=found["Target"].get("Input", "{}"),
        since=found.get("StartDate") or found["CreationDate"],
    )


class Timetable:
    """Every schedule of a stack, and up to when they were run; `run` hands one to its target at a time."""

    def __init__(self, schedules: Sequence[Schedule], run: Callable[[Schedule, datetime], None], now: datetime) -> None:
        self._schedules = schedules
        self._run = run
        self._ticked_at = now

    def run(self, name: str, now: datetime) -> None:
        """Every schedule whose name holds `name`; raises LookupError if there is none."""
        found = [schedule for schedule in self._schedules if name in schedule.name]
        if not found:
            raise LookupError(f"no schedule is called {name}: {[each.name for each in self._schedules]}")
        for schedule in found:
            self._run(schedule, now)

    def tick(self, now: datetime) -> None:
        """What came due since the last tick, each once, at its latest time."""
        before, self._ticked_at = self._ticked_at, now
        for schedule in self._schedules:
            for at in list(schedule.due(before, now))[-1:]:
                self._run(schedule, at)
