"""EventBridge Scheduler on the stack's clock: rate(...) and cron(...) expressions, and when they come due.

Source: "Schedule types in EventBridge Scheduler" (User Guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # 1 to 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule and what it invokes."""

    name: str
    expression: str
    timezone: str
    target: str
    role: str
    input: str

    def due(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The times after `after`, up to and with `until`; raises ValueError for an expression it cannot read."""
        if rate := _RATE.fullmatch(self.expression):
            step = int(rate[1]) * _UNITS[rate[2]]
            at = after + step
            while at <= until:
                yield at
                at += step
            return
        if not (cron := _CRON.fullmatch(self.expression)):
            raise ValueError(f"schedule {self.name}: cannot read {self.expression!r}")
        zone = ZoneInfo(self.timezone)
        at = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while at <= until:
            if _matches(cron.groups(), at.astimezone(zone)):
                yield at
            at += timedelta(minutes=1)


def _matches(fields: tuple[str | None, ...], at: datetime) -> bool:
    minute, hour, day, month, weekday, year = (str(field) for field in fields)
    return (
        _holds(minute, at.minute, 0)
        and _holds(hour, at.hour, 0)
        and (day == "?" or _holds(day, at.day, 1))
        and _holds(month, at.month, 1, _MONTHS)
        and (weekday == "?" or _holds(weekday, at.isoweekday() % 7 + 1, 1, _DAYS))
        and _holds(year, at.year, 1970)
    )


def _holds(field: str, value: int, least: int, names: tuple[str, ...] = ()) -> bool:
    for index, name in enumerate(names):
        field = re.sub(name, str(index + 1), field, flags=re.IGNORECASE)
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low = least if first == "*" else int(first)
        high = value if first == "*" or (step and not last) else int(last or first)
        if low <= value <= high and (value - low) % int(step or 1) == 0:
            return True
    return False


def moment(at: datetime) -> str:
    """What `<aws.scheduler.scheduled-time>` becomes."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_schedules(scheduler: Any) -> list[Schedule]:
    """Every schedule that was deployed."""
    names = [each["Name"] for each in scheduler.list_schedules()["Schedules"]]
    found = [scheduler.get_schedule(Name=name) for name in names]
    return [
        Schedule(
            name=each["Name"],
            expression=each["ScheduleExpression"],
            timezone=each.get("ScheduleExpressionTimezone", "UTC"),
            target=each["Target"]["Arn"],
            role=each["Target"]["RoleArn"],
            input=each["Target"].get("Input", "{}"),
        )
        for each in found
    ]
