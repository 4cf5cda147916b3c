"""Working hours by the clocks of a place: days off, holidays, and the two days a year that have another length."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from concierge.catalog.night import Calendar, Weekday
from concierge.errors import CatalogError

WORKDAYS = frozenset(set(Weekday) - {Weekday.SAT, Weekday.SUN})
OFFICE = Calendar(
    name="office",
    timezone="Europe/Berlin",
    days=WORKDAYS,
    opens=time(8),
    closes=time(19),
    holidays=frozenset({date(2026, 12, 25)}),
)
NIGHT_OWLS = Calendar(
    name="owls", timezone="Europe/Berlin", days=frozenset(Weekday), opens=time(2, 30), closes=time(2, 50)
)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-12-23T07:59:59.999999", False),
        ("2026-12-23T08:00", True),
        ("2026-12-23T18:59:59.999999", True),
        ("2026-12-23T19:00", False),
        ("2026-12-25T12:00", False),  # the holiday, a Friday
        ("2026-12-26T12:00", False),  # a Saturday
        ("2026-12-28T12:00", True),
    ],
)
def test_it_is_open_in_working_hours_of_working_days(at: str, is_open: bool) -> None:
    assert OFFICE.is_open(berlin(at)) is is_open


def test_the_zone_in_which_somebody_asks_makes_no_difference() -> None:
    opening = datetime(2026, 12, 23, 2, 0, tzinfo=ZoneInfo("America/New_York"))  # 08:00 in Berlin
    assert OFFICE.is_open(opening)
    assert not OFFICE.is_open(opening - timedelta(seconds=1))


def test_the_day_is_that_of_the_calendar_not_of_whoever_asks() -> None:
    """Early on Monday in Auckland it is still Sunday in UTC."""
    auckland = Calendar(name="nz", timezone="Pacific/Auckland", days=WORKDAYS, opens=time(8), closes=time(17))
    assert auckland.is_open(utc("2026-06-28T20:30"))
    assert not auckland.is_open(utc("2026-06-26T20:30"))  # Saturday there


@pytest.mark.parametrize(
    ("after", "opening"),
    [
        ("2026-12-23T07:59", "2026-12-23T08:00"),
        ("2026-12-23T08:00", "2026-12-24T08:00"),  # later, not now
        ("2026-12-24T12:00", "2026-12-28T08:00"),  # over the holiday and the weekend
        ("2026-03-27T12:00", "2026-03-30T08:00"),  # over the night without its third hour
    ],
)
def test_it_opens_next_on_the_next_working_day(after: str, opening: str) -> None:
    found = OFFICE.next_opening(berlin(after))
    assert found == berlin(opening)
    assert found.tzinfo is UTC


def test_eight_oclock_is_another_moment_in_summer() -> None:
    assert OFFICE.next_opening(utc("2026-03-27T00:00")) == utc("2026-03-27T07:00")
    assert OFFICE.next_opening(utc("2026-03-30T00:00")) == utc("2026-03-30T06:00")


def test_a_time_that_clocks_skip_is_the_moment_after_the_gap() -> None:
    """At 02:00 of 29 March they go to 03:00, so from 02:30 until 04:00 lasts one hour."""
    early = Calendar(name="early", timezone="Europe/Berlin", days=frozenset(Weekday), opens=time(2, 30), closes=time(4))
    opening = early.next_opening(utc("2026-03-28T12:00"))
    assert opening == utc("2026-03-29T01:00")
    assert opening.astimezone(ZoneInfo("Europe/Berlin")).time() == time(3)
    assert [early.is_open(opening + timedelta(minutes=each)) for each in (-1, 0, 59, 60)] == [False, True, True, False]


def test_hours_that_clocks_skip_as_a_whole_are_not_worked() -> None:
    assert NIGHT_OWLS.next_opening(berlin("2026-03-28T03:00")) == berlin("2026-03-30T02:30")


def test_hours_that_clocks_show_twice_are_worked_once() -> None:
    """At 03:00 of 25 October they go back to 02:00; the first 02:30 counts."""
    opening = NIGHT_OWLS.next_opening(berlin("2026-10-25T00:00"))
    assert opening == utc("2026-10-25T00:30")
    assert NIGHT_OWLS.next_opening(opening) == utc("2026-10-26T01:30")
    assert not NIGHT_OWLS.is_open(opening + timedelta(hours=1))  # the second 02:30


def test_a_day_that_a_country_leaves_out_is_not_worked() -> None:
    """Samoa went from 29 to 31 December 2011."""
    samoa = Calendar(name="samoa", timezone="Pacific/Apia", days=frozenset(Weekday), opens=time(8), closes=time(17))
    found = samoa.next_opening(datetime(2011, 12, 29, 12, tzinfo=ZoneInfo("Pacific/Apia")))
    assert found.astimezone(ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 31, 8, tzinfo=ZoneInfo("Pacific/Apia"))


def test_many_holidays_in_a_row_are_waited_for() -> None:
    only_monday = frozenset({Weekday.MON})
    off = frozenset(date(2026, 1, 5) + timedelta(weeks=week) for week in range(60))
    rare = Calendar(name="rare", timezone="UTC", days=only_monday, opens=time(8), closes=time(9), holidays=off)
    assert rare.next_opening(utc("2026-01-01T00:00")) == utc("2027-03-01T08:00")


def test_a_calendar_without_days_says_that_it_never_opens() -> None:
    never = Calendar(name="never", timezone="UTC", days=frozenset(), opens=time(8), closes=time(9))
    with pytest.raises(CatalogError, match="the calendar 'never' never opens after 2026-01-01"):
        never.next_opening(utc("2026-01-01T00:00"))


@pytest.mark.parametrize("zone", ["Europe/Berlinn", "", "../etc/passwd", "Europe"])
def test_a_zone_that_this_machine_does_not_know_is_a_mistake_of_the_catalog(zone: str) -> None:
    lost = Calendar(name="lost", timezone=zone, days=WORKDAYS, opens=time(8), closes=time(9))
    with pytest.raises(CatalogError, match="no data about the time zone"):
        lost.is_open(utc("2026-01-01T00:00"))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Zones whose clocks change by an hour, by half an hour, at midnight, or never; half-hour and odd offsets."""
    zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana"]
    zones += ["UTC", "Asia/Kathmandu", "Pacific/Auckland", "Pacific/Apia", "Africa/Casablanca"]
    minutes = sorted(draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True)))
    opens, closes = (time(*divmod(each, 60)) for each in minutes)
    return Calendar(
        name="any",
        timezone=draw(st.sampled_from(zones)),
        days=frozenset(draw(st.sets(st.sampled_from(list(Weekday)), min_size=1))),
        opens=opens,
        closes=closes,
        holidays=frozenset(draw(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=20))),
    )


moments = st.integers(0, 365 * 24 * 60).map(lambda minutes: utc("2026-01-01T00:00") + timedelta(minutes=minutes))


@given(calendars(), moments, st.floats(0, 1))
@example(NIGHT_OWLS, datetime(2026, 3, 28, 12, tzinfo=UTC), 0.5)
@example(NIGHT_OWLS, datetime(2026, 10, 24, 22, tzinfo=UTC), 1.0)
def test_it_is_open_at_the_next_opening_and_nothing_opens_before(
    calendar: Calendar, after: datetime, share: float
) -> None:
    opening = calendar.next_opening(after)
    assert opening > after
    assert calendar.is_open(opening)
    assert not calendar.is_open(opening - timedelta(microseconds=1))
    between = after + (opening - after) * share
    assume(between < opening)
    assert calendar.is_open(after) or not calendar.is_open(between)  # once closed, it stays so until then
    assert calendar.next_opening(between) == opening


@given(calendars(), moments)
def test_while_it_is_open_the_clock_shows_working_hours_of_a_working_day(calendar: Calendar, at: datetime) -> None:
    local = at.astimezone(ZoneInfo(calendar.timezone))
    by_the_clock = (
        list(Weekday)[local.weekday()] in calendar.days
        and local.date() not in calendar.holidays
        and calendar.opens <= local.time() < calendar.closes
    )
    if calendar.is_open(at):
        twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
        assert by_the_clock or twice
    elif by_the_clock:
        assert local.fold == 1 or local.utcoffset() != (local - timedelta(days=1)).utcoffset()
