"""When schedules come due, by EventBridge Scheduler's own expressions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local.clock import Clock
from local.events.schedules import Schedule, moment

START = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday


def times(expression: str, hours: float, timezone: str = "UTC") -> list[str]:
    schedule = Schedule(name="s", expression=expression, timezone=timezone, target="", role="", input="{}")
    return [moment(at) for at in schedule.due(START, START + timedelta(hours=hours))]


def test_a_rate_comes_due_again_and_again() -> None:
    assert times("rate(30 minutes)", 1) == ["2026-03-02T10:30:00Z", "2026-03-02T11:00:00Z"]
    assert times("rate(1 day)", 23) == []


@pytest.mark.parametrize(
    ("expression", "timezone", "expected"),
    [
        ("cron(0 2 * * ? *)", "UTC", ["2026-03-03T02:00:00Z"]),
        ("cron(0 2 * * ? *)", "Europe/Berlin", ["2026-03-03T01:00:00Z"]),
        ("cron(0/20 12 * * ? *)", "UTC", ["2026-03-02T12:00:00Z", "2026-03-02T12:20:00Z", "2026-03-02T12:40:00Z"]),
        ("cron(15 22 ? * MON-FRI *)", "UTC", ["2026-03-02T22:15:00Z"]),
        ("cron(15 22 ? * SAT,SUN *)", "UTC", []),
        ("cron(0 9 3 MAR ? 2026)", "UTC", ["2026-03-03T09:00:00Z"]),
    ],
)
def test_cron_fields_hold_in_their_own_time_zone(expression: str, timezone: str, expected: list[str]) -> None:
    assert times(expression, 24, timezone) == expected


def test_an_expression_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match="schedule s: cannot read 'every night'"):
        times("every night", 1)


def test_time_only_moves_forward() -> None:
    clock = Clock()
    before = clock.now()
    assert clock.advance(timedelta(hours=3)) - before >= timedelta(hours=3)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance(timedelta(seconds=-1))
