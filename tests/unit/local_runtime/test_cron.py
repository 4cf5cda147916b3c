"""EventBridge's cron fields: what they stand for, and what they say when they are wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from local.events import cron

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def days(fields: str) -> list[int]:
    return [at.day for at in cron.parse(fields).times(MARCH, APRIL, ZoneInfo("UTC"))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("0 2 L * ? *", [31]),
        ("0 2 15W * ? *", [16]),  # the 15th is a Sunday
        ("0 2 1W * ? *", [2]),
        ("0 2 ? * 2#1 *", [2]),
        ("0 2 ? * FRI#5 *", []),
        ("0 2 ? * 6L *", [27]),
        ("0 2 ? * L *", [7, 14, 21, 28]),
        ("0 2 1,10-12 * ? *", [1, 10, 11, 12]),
        ("0 2 */10 * ? *", [1, 11, 21, 31]),
        ("0 2 * MAR ? 2027", []),
    ],
)
def test_fields_stand_for_days(fields: str, expected: list[int]) -> None:
    assert days(fields) == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("0 2 * * ?", "six fields, not 5"),
        ("0 2 * * * *", "only one of them"),
        ("60 2 * * ? *", "minutes: '60' is not within 0 to 59"),
        ("0 2 * * FUNDAY ?", "day of month or day of week"),
        ("0 2 ? * FUNDAY *", "day of week: cannot read 'FUNDAY'"),
        ("0/0 2 * * ? *", "minutes: cannot read '0/0'"),
        ("0 20-2 * * ? *", "hours: '20-2' is not within"),
    ],
)
def test_a_wrong_field_is_named(fields: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cron.parse(fields)


def test_a_time_that_spring_leaves_out_is_skipped_and_one_that_autumn_repeats_comes_once() -> None:
    berlin, at_half_past_two = ZoneInfo("Europe/Berlin"), cron.parse("30 2 * * ? *")
    spring = at_half_past_two.times(
        datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC), berlin
    )
    assert list(spring) == [datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]
    autumn = at_half_past_two.times(
        datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC), berlin
    )
    assert list(autumn) == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]
