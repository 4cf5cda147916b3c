"""Calendars, limits, tags and prices that cannot be meant: each is named with its place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.night_file import OFFICE, studio
from tests.support.studio_file import GOOD, problems, write


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Europe/Berlin", "Europe/Berlinn", "22:5 calendars[0].timezone: there is no time zone 'Europe/Berlinn' (did"),
        ("Europe/Berlin", "europe/berlin", "there is no time zone 'europe/berlin' (did you mean 'Europe/Berlin'?)"),
        ("Europe/Berlin", "localtime", "there is no time zone 'localtime'"),
        ("Europe/Berlin", "CEST+2xyz", "no time zone 'CEST+2xyz' (write an IANA name, such as Europe/Berlin)"),
        ("19:00", "08:00", "25:5 calendars[0].until: 08:00 is not after from, 08:00 (make it later"),
        ("19:00", "24:00", "25:5 calendars[0].until: '24:00' does not fit (Time of day at which it closes"),
        ('"08:00"', "8:00", "24:5 calendars[0].from: '8:00' does not fit (Time of day at which it opens, such as"),
        ('"08:00"', "0800", "24:5 calendars[0].from: 0800 is a number to some readers of YAML"),
        ("[mon, fri]", "[mon, fry]", "23:17 calendars[0].days[1]: 'fry' is not known (did you mean 'fri'?)"),
        ("[mon, fri]", "[]", "23:5 calendars[0].days: is empty (Days of the week with these hours.)"),
        ("[mon, fri]", "[mon, mon]", "23:5 calendars[0].days: ['mon', 'mon'] has non-unique elements"),
        ("2026-12-25", "2026-02-29", "26:16 calendars[0].holidays[0]: there is no day '2026-02-29' (write year, month"),
        ("2026-12-25", "25.12.2026", "26:16 calendars[0].holidays[0]: '25.12.2026' does not fit (A date, such as"),
        ("timezone", "time_zone", "calendars[0]: timezone is missing (add timezone: IANA name of the time zone"),
        (
            "calendars:\n",
            "calendars:\n  - {name: Office, timezone: UTC, days: [sun], from: '08:00', until: '09:00'}\n",
            "calendars[0].name: 'Office' does not fit (Name of the calendar",
        ),
        (
            "calendars:\n",
            "calendars:\n  - {name: office, timezone: UTC, days: [sun], from: '08:00', until: '09:00'}\n",
            "22:5 calendars[1].name: 'office' is calendars[0].name already (give it a name of its own)",
        ),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in OFFICE
    found = problems(studio(tmp_path, end=OFFICE.replace(old, new, 1)))
    assert any(expected in each for each in found), found


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        ("idle_minutes: 120, calendar: offce", "calendar: there is no calendar 'offce' (did you mean 'office'?)"),
        ("calendar: office", "calendar: there is no idle limit that could differ in working hours (add idle_minutes"),
        ("max_lifetime_minutes: 60, calendar: office", "idle.calendar: there is no idle limit"),
        (
            "idle_minutes: 120, working_hours_minutes: 240",
            "working_hours_minutes: no calendar says what the working hours are (add calendar, or write it as",
        ),
        ("warning_minutes: 30", "warning_minutes: nothing is stopped, so there is nothing to warn of (add idle"),
        ("idle_minutes: 120, warning_minutes: 1441", "warning_minutes: 1441 is greater than the maximum of 1440"),
        ("idle_minutes: 120, warning_minutes: 0.5", "warning_minutes: 0.5 is not of type integer"),
        ("idle_minutes: 120, calendar: office, working_hours_minutes: 59", "59 is less than the minimum of 60"),
        ("least_idle_minutes: 60", "least_idle_minutes: there is no limit that people could change (add idle_minutes"),
        ("most_idle_minutes: 600", "most_idle_minutes: there is no limit that people could change"),
        ("idle_minutes: 120, least_idle_minutes: 121", "least_idle_minutes: 121 is more than idle_minutes, 120 (make"),
        ("idle_minutes: 120, most_idle_minutes: 119", "most_idle_minutes: 119 is less than idle_minutes, 120 (make it"),
        (
            "idle_minutes: 120, calendar: office, working_hours_minutes: 240, most_idle_minutes: 180",
            "most_idle_minutes: 180 is less than working_hours_minutes, 240 (make it 240 or more)",
        ),
        ("idle_minutes: 120, most_idle_minutes: 525601", "525601 is greater than the maximum of 525600"),
    ],
)
def test_a_limit_that_would_not_hold_is_named_with_its_place(tmp_path: Path, idle: str, expected: str) -> None:
    (found,) = problems(studio(tmp_path, idle=idle, end=OFFICE))
    assert found.startswith("15:")
    assert expected in found


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        ("most_idle_minutes: 120", "9:5 domains[0].idle: idle_minutes is missing (add idle_minutes: Minutes without"),
        ("idle_minutes: 59", "9:12 domains[0].idle.idle_minutes: 59 is less than the minimum of 60"),
        (
            "idle_minutes: 60, least_idle_minutes: 61",
            "domains[0].idle.least_idle_minutes: 61 is more than idle_minutes",
        ),
        ("idle_minutes: 60, most_idle_minutes: 525601", "domains[0].idle.most_idle_minutes: 525601 is greater"),
        ("idle_minutes: 120, most_idle_minutes: 90", "9:31 domains[0].idle.most_idle_minutes: 90 is less than idle_m"),
        ("idle_minutes: 60, warning_minutes: 5", "domains[0].idle.warning_minutes: warning_minutes is not known here"),
    ],
)
def test_what_studio_would_refuse_of_a_domain_is_named(tmp_path: Path, idle: str, expected: str) -> None:
    (found,) = problems(studio(tmp_path, domain=idle))
    assert expected in found


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("night: {keep_alive_days: 366}", "21:9 night.keep_alive_days: 366 is greater than the maximum of 365"),
        ("night: {keep_alive_tag: 'a,b'}", "21:9 night.keep_alive_tag: 'a,b' does not fit (A tag's key: at most 128"),
        ("night: {keep_alive_tag: persona}", "night.keep_alive_tag: 'persona' is on everything already (choose a key"),
        ("night: {keep_alive_tag: cost-centre}", "night.keep_alive_tag: 'cost-centre' is on everything already"),
        (
            "night: {required_tags: [cost-center]}",
            "21:25 night.required_tags[0]: no domain, persona or binding gives the tag 'cost-center' (did you mean",
        ),
        ("night: {required_tags: [team, team]}", "night.required_tags: ['team', 'team'] has non-unique elements"),
        ("night: {required_tag: team}", "night.required_tag: required_tag is not known here (did you mean 'required_"),
        ("prices: {currency: euro}", "21:10 prices.currency: 'euro' does not fit (Currency of these prices"),
        ("prices: {hourly: {t3.medium: 1}}", "prices.hourly.t3.medium: 't3.medium' does not fit (An instance type"),
        ("prices: {hourly: {ml.t3.medium: -0.05}}", "prices.hourly.ml.t3.medium: -0.05 is less than the minimum of 0"),
        ("prices: {hourly: {ml.t3.medium: 1000001}}", "1000001 is greater than the maximum of 1000000 (Price of an"),
        ("prices: {hourly: {ml.t3.medium: .nan}}", "prices.hourly.ml.t3.medium: '.nan' does not fit (Price of an hour"),
        ("prices: {hourly: {ml.t3.medium: .inf}}", "prices.hourly.ml.t3.medium: '.inf' does not fit"),
        ("prices: {hourly: {ml.t3.medium: NaN}}", "prices.hourly.ml.t3.medium: 'NaN' does not fit"),
        ("prices: {hourly: {ml.t3.medium: '-1'}}", "prices.hourly.ml.t3.medium: '-1' does not fit"),
        ("prices: {hourly: {ml.t3.medium: 1e3}}", "ml.t3.medium: 1e3 is a number to some readers of YAML"),
        ("prices: {hourly: {ml.t3.medium: true}}", "ml.t3.medium: true is not of type number or string"),
    ],
)
def test_what_the_night_could_not_go_by_is_named(tmp_path: Path, section: str, expected: str) -> None:
    found = problems(write(tmp_path, f"{GOOD}    tags: {{cost-centre: c}}\n{section}\n"))
    assert any(expected in each for each in found), found


def test_the_keep_alive_tag_of_the_default_is_no_tag_of_the_catalog(tmp_path: Path) -> None:
    (found,) = problems(studio(tmp_path, end="    tags: {studio-keep-until: 2026-12-31}\n"))
    assert found.startswith("1:1 night.keep_alive_tag: 'studio-keep-until' is on everything already")


def test_a_fraction_is_no_text_and_no_whole_number(tmp_path: Path) -> None:
    version = problems(write(tmp_path, GOOD.replace("version: 1", "version: 1.0")))
    assert version[0].startswith("1:1 version: 1.0 is not of type integer")
    tag = problems(studio(tmp_path, end="    tags: {team: 1.10}\n"))
    assert "bindings[0].tags.team: 1.10 is not of type string (put it in quotes" in tag[0]


def test_all_mistakes_of_all_sections_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = studio(
        tmp_path,
        domain="idle_minutes: 120, most_idle_minutes: 60",
        idle="idle_minutes: 120, calendar: gone, least_idle_minutes: 300",
        end=OFFICE.replace("Berlin", "Atlantis").replace("19:00", "07:00") + "prices: {currency: Taler}\n",
    )
    assert [each.split()[1] for each in problems(file)] == [
        "domains[0].idle.most_idle_minutes:",
        "personas[0].idle.calendar:",
        "personas[0].idle.least_idle_minutes:",
        "calendars[0].timezone:",
        "calendars[0].until:",
        "prices.currency:",
    ]


def test_a_calendar_with_a_mistake_of_its_own_is_still_known_by_its_name(tmp_path: Path) -> None:
    file = studio(tmp_path, idle="idle_minutes: 120, calendar: office", end=OFFICE.replace("[mon, fri]", "[]"))
    assert [each.split()[1] for each in problems(file)] == ["calendars[0].days:"]
