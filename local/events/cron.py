"""The cron expressions of EventBridge Scheduler: six fields, in a time zone.

Source: "Cron-based schedules" and "Daylight savings time on EventBridge Scheduler" (User Guide).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")  # 1 to 7
_SATURDAY = 7

Fits = Callable[[date], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A parsed expression: the minutes and hours of a fitting day."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    fits: Fits

    def times(self, after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """The times after `after`, up to and with `until`, in UTC and in order.

        A local time that a spring change leaves out is skipped; one that an autumn change repeats comes once.
        """
        day, last = after.astimezone(zone).date(), until.astimezone(zone).date()
        while day <= last:
            if self.fits(day):
                for at in self._on(day, zone):
                    if after < at <= until:
                        yield at
            day += timedelta(days=1)

    def _on(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        for hour in self.hours:
            for minute in self.minutes:
                local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                at = local.astimezone(UTC)
                if at.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                    yield at


def parse(fields: str) -> Cron:
    """`minutes hours day-of-month month day-of-week year`; raises ValueError that names the field that is wrong."""
    found = fields.split()
    if len(found) != 6:
        raise ValueError(f"a cron expression has six fields, not {len(found)}")
    minutes, hours, day, month, weekday, year = found
    if (day == "?") == (weekday == "?"):
        raise ValueError("either day of month or day of week must be ?, and only one of them")
    months = _values("month", month, 1, 12, _MONTHS)
    years = _values("year", year, 1970, 2199)
    fits_day = _weekday(weekday.upper()) if day == "?" else _day(day.upper())
    return Cron(
        minutes=tuple(sorted(_values("minutes", minutes, 0, 59))),
        hours=tuple(sorted(_values("hours", hours, 0, 23))),
        fits=lambda at: at.year in years and at.month in months and fits_day(at),
    )


def _day(text: str) -> Fits:
    if text == "L":
        return lambda at: at.day == _last_day(at)
    if nearest := re.fullmatch(r"(\d+)W", text):
        (wanted,) = _values("day of month", nearest[1], 1, 31)
        return lambda at: at.day == _nearest_working_day(at, wanted)
    days = _values("day of month", text, 1, 31)
    return lambda at: at.day in days


def _weekday(text: str) -> Fits:
    if text == "L":
        return lambda at: _number_of(at) == _SATURDAY
    if last := re.fullmatch(r"(\w+)L", text):
        (day,) = _values("day of week", last[1], 1, 7, _DAYS)
        return lambda at: _number_of(at) == day and at.day > _last_day(at) - 7
    if nth := re.fullmatch(r"(\w+)#([1-5])", text):
        (day,) = _values("day of week", nth[1], 1, 7, _DAYS)
        return lambda at: _number_of(at) == day and (at.day - 1) // 7 + 1 == int(nth[2])
    days = _values("day of week", text, 1, 7, _DAYS)
    return lambda at: _number_of(at) in days


def _values(field: str, text: str, least: int, most: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """The numbers that a list of values, ranges and steps stands for."""
    found: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        first, _, last = (str(least), "-", str(most)) if span == "*" else span.partition("-")
        try:
            low = _number(first, names)
            high = _number(last, names) if last else (most if step else low)
            values = range(low, high + 1, int(step) if step else 1)
        except ValueError as error:
            raise ValueError(f"{field}: cannot read {part!r}") from error
        if not values or low < least or high > most or (step and int(step) < 1):
            raise ValueError(f"{field}: {part!r} is not within {least} to {most}")
        found.update(values)
    return frozenset(found)


def _number(text: str, names: tuple[str, ...]) -> int:
    return names.index(text) + 1 if text in names else int(text)


def _number_of(at: date) -> int:
    return at.isoweekday() % 7 + 1


def _last_day(at: date) -> int:
    return calendar.monthrange(at.year, at.month)[1]


def _nearest_working_day(at: date, wanted: int) -> int | None:
    """The day of the month that is nearest to `wanted` and neither Saturday nor Sunday, within the month."""
    last = _last_day(at)
    if wanted > last:
        return None
    match at.replace(day=wanted).isoweekday():
        case 6:
            return wanted - 1 if wanted > 1 else wanted + 2
        case 7:
            return wanted + 1 if wanted < last else wanted - 2
        case _:
            return wanted
