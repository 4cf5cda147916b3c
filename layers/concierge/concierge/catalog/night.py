"""What the catalog says about running machines: working hours, idle limits, prices, and what the night goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from concierge.errors import CatalogError

LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES = 60, 525_600  # what Studio's own idle settings take


class Weekday(StrEnum):
    """Days as studio.yaml spells them, in the order of date.weekday()."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working hours: from `opens` until before `closes`, by the clocks of an IANA zone, on these days but the holidays.

    A clock may skip a time, or show it twice, on the day it is changed: what is skipped counts as the moment after
    the gap, and of two the first counts. So a day has one opening at most. closes is after opens.

    Its methods raise CatalogError if this machine has no data about the zone.
    """

    name: str
    timezone: str
    days: frozenset[Weekday]
    opens: time
    closes: time
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Whether it is working time then; `at` is aware, in any zone."""
        moment = at.astimezone(UTC)
        day = moment.astimezone(_zone(self.timezone)).date()
        return self._works_on(day) and self._moment(day, self.opens) <= moment < self._moment(day, self.closes)

    def next_opening(self, after: datetime) -> datetime:
        """The first moment later than `after`, which is aware, at which it opens; in UTC.

        Raises CatalogError if it never opens again, which only a calendar without days does.
        """
        moment = after.astimezone(UTC)
        first = moment.astimezone(_zone(self.timezone)).date()
        weeks = len(self.holidays) + 3  # a week may lose its only day to each holiday, and to a change of the clock
        for day in (first + timedelta(days=ahead) for ahead in range(7 * weeks)):
            opening = self._moment(day, self.opens)
            if opening > moment and self.is_open(opening):
                return opening
        raise CatalogError(f"the calendar {self.name!r} never opens after {after.isoformat()}")

    def _works_on(self, day: date) -> bool:
        return _WEEK[day.weekday()] in self.days and day not in self.holidays

    def _moment(self, day: date, clock: time) -> datetime:
        """When clocks first show this, or if they skip it, when they have skipped it; in UTC."""
        zone = _zone(self.timezone)
        shown = datetime.combine(day, clock)
        late = shown.replace(tzinfo=zone).astimezone(UTC)  # by the offset that holds before a change
        if late.astimezone(zone).replace(tzinfo=None) == shown:
            return late
        early = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)  # by the offset that holds after it
        return _change_of_offset(zone, early, late)


def _zone(name: str) -> tzinfo:
    # Every function loads the catalog; only the night looks at clocks, and this import takes milliseconds.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # in order: unknown, no name, a folder of zones
        raise CatalogError(f"there is no data about the time zone {name!r} here") from error


def _change_of_offset(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second of (before, after] that has the offset of `after`; zones change on whole seconds."""
    new = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeIdle:
    """Studio's own idle settings, in minutes: 60 <= least <= minutes <= most <= 525600.

    least, most: how far people may change the limit in their own spaces.
    """

    minutes: int
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleLimits:
    """Minutes; None is no limit. idle_minutes 60..525600, as Studio's own setting.

    warning_minutes:       how long before a stop people are told; 0 is not at all.
    calendar:              name of the Calendar with the working hours.
    working_hours_minutes: idle limit while the calendar is open; None: nothing is stopped for idleness then.
    least_idle_minutes, most_idle_minutes: how far people may change the limit in their own spaces.
    """

    idle_minutes: int | None = None
    max_lifetime_minutes: int | None = None
    warning_minutes: int = 0
    calendar: str | None = None
    working_hours_minutes: int | None = None
    least_idle_minutes: int | None = None
    most_idle_minutes: int | None = None

    @property
    def native(self) -> NativeIdle | None:
        """What Studio enforces by itself, at all hours, as it knows no calendar; None if that must be nothing.

        Studio would otherwise stop in working hours what may still run then: so it gets the longer of both limits,
        and none where there is no limit in working hours.
        """
        if self.idle_minutes is None or (self.calendar is not None and self.working_hours_minutes is None):
            return None
        longest = max(self.idle_minutes, self.working_hours_minutes or 0)
        return native_idle(longest, self.least_idle_minutes, self.most_idle_minutes)


def limits_in_words(minutes: int | None, least: int | None, most: int | None) -> str:
    """What Studio does by such settings, after "it stops"; None is no limit."""
    return "never" if minutes is None else f"after {minutes} idle minutes ({least} to {most} by choice)"


def native_idle(minutes: int, least: int | None, most: int | None) -> NativeIdle:
    """With the defaults of the bounds: the least that Studio takes, and the limit itself."""
    return NativeIdle(
        minutes=minutes,
        least=LEAST_IDLE_MINUTES if least is None else least,
        most=minutes if most is None else most,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """hourly: of an hour of an instance type (ml.t3.medium), in this currency; what is not in it has its list price."""

    currency: str = "USD"
    hourly: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NightRules:
    """What the night honours and asks for.

    keep_alive_tag:  key of the tag by which somebody keeps a machine running until a moment.
    keep_alive_days: how far ahead of now that may be; 0: no such tag is honoured.
    required_tags:   keys that everything must carry.
    """

    keep_alive_tag: str = "studio-keep-until"
    keep_alive_days: int = 14
    required_tags: tuple[str, ...] = ()
    prices: Prices = field(default_factory=Prices)
