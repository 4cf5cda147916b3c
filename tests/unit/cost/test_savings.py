"""What a stop saves: as long as the machine would have run on for nothing, at what it costs."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.catalog.night import Calendar, IdleLimits, Prices, Weekday
from concierge.cost.prices import BUILT_IN, hourly_of
from concierge.cost.savings import Saving, saving_of
from tests.support.night_fakes import NOW, app

WEEKDAYS = frozenset(Weekday) - {Weekday.SAT, Weekday.SUN}
UTC_OFFICE = Calendar(name="office", timezone="UTC", days=WEEKDAYS, opens=time(8), closes=time(18))
DIME = Decimal("0.10")
FRIDAY_NIGHT = datetime(2026, 3, 6, 22, tzinfo=UTC)


def test_a_machine_that_is_stopped_at_ten_saves_until_the_office_opens_at_eight() -> None:
    saving = saving_of(app(), now=NOW, limits=IdleLimits(), calendar=UTC_OFFICE, hourly=DIME)
    assert saving == Saving(hours=Decimal("10.00"), hourly=DIME)
    assert saving.money == Decimal("1.0000")


def test_over_the_weekend_it_saves_until_monday() -> None:
    friday = replace(app(), created_at=FRIDAY_NIGHT - timedelta(hours=5))
    assert saving_of(friday, now=FRIDAY_NIGHT, limits=IdleLimits(), calendar=UTC_OFFICE, hourly=DIME).hours == 58


def test_what_the_lifetime_limit_would_have_ended_anyway_is_not_saved() -> None:
    limits = IdleLimits(max_lifetime_minutes=480)
    assert saving_of(app(ran=timedelta(hours=5)), now=NOW, limits=limits, calendar=UTC_OFFICE, hourly=DIME).hours == 3
    assert saving_of(app(ran=timedelta(hours=9)), now=NOW, limits=limits, calendar=UTC_OFFICE, hourly=DIME).hours == 10


def test_without_working_hours_a_night_has_twelve_hours() -> None:
    assert saving_of(app(), now=NOW, limits=IdleLimits(), calendar=None, hourly=DIME).hours == 12


def test_a_machine_without_a_known_price_saves_hours_and_no_money() -> None:
    assert saving_of(app(), now=NOW, limits=IdleLimits(), calendar=None, hourly=None).money is None


def test_the_catalog_overrides_a_price_and_another_currency_knows_no_list_price() -> None:
    assert hourly_of("ml.t3.medium", Prices()) == BUILT_IN["ml.t3.medium"] == Decimal("0.05")
    assert hourly_of("ml.t3.medium", Prices(hourly={"ml.t3.medium": Decimal("0.04")})) == Decimal("0.04")
    euros = Prices(currency="EUR", hourly={"ml.m5.large": Decimal("0.12")})
    assert hourly_of("ml.m5.large", euros) == Decimal("0.12")
    assert hourly_of("ml.t3.medium", euros) is None
    assert hourly_of("ml.unheard.of", Prices()) is None


def test_larger_machines_of_a_family_cost_more_but_where_a_gpu_more_makes_the_difference() -> None:
    sizes = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"]
    for family in ("m5", "r5"):
        prices = [BUILT_IN[f"ml.{family}.{size}"] for size in sizes]
        assert prices == sorted(prices)
    assert all(Decimal("0.01") < price < 100 for price in BUILT_IN.values())


@given(
    minutes=st.integers(min_value=0, max_value=525_600),
    ran=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=9)),
    lifetime=st.none() | st.integers(min_value=60, max_value=20_000),
    calendar=st.none() | st.just(UTC_OFFICE),
)
def test_a_saving_is_never_negative_and_never_more_than_the_lifetime_has_left(
    minutes: int, ran: timedelta, lifetime: int | None, calendar: Calendar | None
) -> None:
    at = NOW + timedelta(minutes=minutes)
    found = replace(app(), created_at=at - ran)
    limits = IdleLimits(max_lifetime_minutes=lifetime)
    hours = saving_of(found, now=at, limits=limits, calendar=calendar, hourly=DIME).hours
    assert hours >= 0
    if lifetime is not None and ran < timedelta(minutes=lifetime):
        left = timedelta(minutes=lifetime) - ran
        assert hours <= Decimal(left.total_seconds()) / 3600 + Decimal("0.01")


@pytest.mark.parametrize("price", BUILT_IN)
def test_every_built_in_price_is_of_a_studio_instance_type(price: str) -> None:
    family, size = price.removeprefix("ml.").split(".")
    assert family.isalnum()
    assert size in {"medium", "large"} or size.endswith("xlarge")
