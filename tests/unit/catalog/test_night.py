"""Running machines: calendars, idle limits, what the night asks for and what an hour costs, in a studio.yaml."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.model import (
    Calendar,
    Catalog,
    IdleLimits,
    NativeIdle,
    NightRules,
    Prices,
    Weekday,
)
from concierge.catalog.source import compile_file
from concierge.errors import CatalogError
from tests.support.night_file import OFFICE, studio
from tests.support.studio_file import GOOD, write


def loaded(file: Path) -> Catalog:
    return load(compile_file(file))


def test_without_a_word_there_are_no_calendars_and_the_defaults_hold(tmp_path: Path) -> None:
    catalog = loaded(studio(tmp_path))
    assert catalog.calendars == ()
    assert catalog.night == NightRules(
        keep_alive_tag="studio-keep-until",
        keep_alive_days=14,
        required_tags=(),
        prices=Prices(currency="USD", hourly={}),
    )
    assert catalog.domains[0].idle is None


def test_a_calendar_is_what_the_file_says(tmp_path: Path) -> None:
    catalog = loaded(studio(tmp_path, end=OFFICE))
    assert catalog.calendar("office") == Calendar(
        name="office",
        timezone="Europe/Berlin",
        days=frozenset({Weekday.MON, Weekday.FRI}),
        opens=time(8),
        closes=time(19),
        holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)}),
    )
    with pytest.raises(CatalogError, match="the catalog has no calendar 'home'"):
        catalog.calendar("home")


def test_idle_limits_are_what_the_file_says(tmp_path: Path) -> None:
    idle = (
        "idle_minutes: 120, max_lifetime_minutes: 600, warning_minutes: 30, calendar: office, "
        "working_hours_minutes: 240, least_idle_minutes: 90, most_idle_minutes: 300"
    )
    catalog = loaded(studio(tmp_path, idle=idle, end=OFFICE))
    assert catalog.personas[0].idle == IdleLimits(
        idle_minutes=120,
        max_lifetime_minutes=600,
        warning_minutes=30,
        calendar="office",
        working_hours_minutes=240,
        least_idle_minutes=90,
        most_idle_minutes=300,
    )


@pytest.mark.parametrize(
    ("idle", "native"),
    [
        ("idle_minutes: 120", NativeIdle(minutes=120, least=60, most=120)),
        ("idle_minutes: 120, least_idle_minutes: 100", NativeIdle(minutes=120, least=100, most=120)),
        ("idle_minutes: 120, most_idle_minutes: 121", NativeIdle(minutes=120, least=60, most=121)),
        (
            "idle_minutes: 120, least_idle_minutes: 120, most_idle_minutes: 120",
            NativeIdle(minutes=120, least=120, most=120),
        ),
    ],
)
def test_a_domain_and_a_persona_say_the_same_to_studio(tmp_path: Path, idle: str, native: NativeIdle) -> None:
    catalog = loaded(studio(tmp_path, idle=idle, domain=idle))
    assert catalog.domains[0].idle == native
    assert catalog.personas[0].idle.native == native


@pytest.mark.parametrize(
    ("limits", "native"),
    [
        (IdleLimits(), None),
        (IdleLimits(max_lifetime_minutes=600), None),
        (
            IdleLimits(idle_minutes=120, calendar="office", working_hours_minutes=240),
            NativeIdle(minutes=240, least=60, most=240),
        ),
        (
            IdleLimits(idle_minutes=120, calendar="office", working_hours_minutes=60),
            NativeIdle(minutes=120, least=60, most=120),
        ),
        (IdleLimits(idle_minutes=120, calendar="office"), None),
    ],
)
def test_studio_which_knows_no_calendar_stops_nothing_that_may_still_run(
    limits: IdleLimits, native: NativeIdle | None
) -> None:
    assert limits.native == native


def test_the_night_and_prices_are_what_the_file_says_to_the_last_digit(tmp_path: Path) -> None:
    end = (
        "    tags: {team: a}\n"
        "night: {keep_alive_tag: keep, keep_alive_days: 0, required_tags: [team, studio-person]}\n"
        "prices: {currency: EUR, hourly: {ml.t3.medium: 0.05, ml.m5.large: '0.1150', ml.p5.48xlarge: 98}}\n"
    )
    assert loaded(studio(tmp_path, end=end)).night == NightRules(
        keep_alive_tag="keep",
        keep_alive_days=0,
        required_tags=("team", "studio-person"),
        prices=Prices(
            currency="EUR",
            hourly={"ml.t3.medium": Decimal("0.05"), "ml.m5.large": Decimal("0.1150"), "ml.p5.48xlarge": Decimal(98)},
        ),
    )


def test_a_team_that_a_pattern_gives_may_be_required(tmp_path: Path) -> None:
    text = GOOD.replace("- group: research-ds", "- pattern: '{team}-ds'")
    assert loaded(write(tmp_path, f"{text}night: {{required_tags: [team]}}\n")).night.required_tags == ("team",)


def test_a_warning_of_none_needs_no_limit(tmp_path: Path) -> None:
    assert loaded(studio(tmp_path, idle="warning_minutes: 0")).personas[0].idle == IdleLimits()


def older(file: Path) -> bytes:
    """The catalog as it was compiled before any of this existed."""
    root = json.loads(compile_file(file))
    del root["calendars"], root["night"], root["prices"]
    return json.dumps(root).encode()


def test_a_catalog_that_was_compiled_before_has_the_defaults(tmp_path: Path) -> None:
    catalog = load(older(studio(tmp_path)))
    assert (catalog.calendars, catalog.night, catalog.domains[0].idle) == ((), NightRules(), None)
    assert catalog.personas[0].idle == IdleLimits(idle_minutes=120, max_lifetime_minutes=600)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"calendars": []}, "the catalog has no calendar 'office'"),
        ({"prices": {"currency": "EUR", "hourly": {"ml.t3.medium": "NaN"}}}, "ml.t3.medium costs NaN, which is no"),
        ({"prices": {"currency": "EUR", "hourly": {"ml.t3.medium": "-1"}}}, "ml.t3.medium costs -1, which is no price"),
        ({"prices": {"currency": "EUR", "hourly": {"ml.t3.medium": "cheap"}}}, "not a compiled catalog"),
        ({"night": {"keep_alive": 1}}, "not a compiled catalog"),
    ],
)
def test_what_could_only_fail_at_night_is_refused_now(tmp_path: Path, change: dict[str, object], message: str) -> None:
    root = json.loads(compile_file(studio(tmp_path, idle="idle_minutes: 120, calendar: office", end=OFFICE)))
    with pytest.raises(CatalogError, match=message):
        load(json.dumps({**root, **change}).encode())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"days": []}, "the calendar office never opens"),
        ({"until": "08:00"}, "the calendar office never opens"),
        ({"from": "8 o'clock"}, "not a compiled catalog"),
        ({"days": ["someday"]}, "not a compiled catalog"),
        ({"holidays": ["2026-02-29"]}, "not a compiled catalog"),
    ],
)
def test_a_compiled_calendar_that_makes_no_sense_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    root = json.loads(compile_file(studio(tmp_path, end=OFFICE)))
    root["calendars"][0].update(change)
    with pytest.raises(CatalogError, match=message):
        load(json.dumps(root).encode())
