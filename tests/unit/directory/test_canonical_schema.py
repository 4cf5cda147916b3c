"""The published schema of canonical events and the adapter that reads them agree about what an event is."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from concierge.directory import events
from concierge.directory.sources import canonical
from concierge.errors import MalformedEvent

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "docs" / "canonical-event.schema.json").read_text())
SAMPLES = {path.name: json.loads(path.read_text()) for path in sorted((ROOT / "events").glob("canonical-*.json"))}
VALIDATOR = Draft202012Validator(SCHEMA)
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)
ABSENT = object()


def accepts(event: object) -> bool:
    """Whether the schema accepts it; `format` is an annotation, so only what the schema itself says counts."""
    return VALIDATOR.is_valid(event)


def is_read(event: dict[str, Any]) -> bool:
    """Whether the adapter reads it, whatever its time: how far ahead that may be depends on the clock."""
    try:
        return canonical.reads(event) and len(canonical.read(event, now=NOW)) == 1
    except MalformedEvent:
        return False


def changed(event: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    """A copy with another value in one place, or none; where the way there is gone already, an equal copy."""
    result = copy.deepcopy(event)
    place: Any = result
    for step in path[:-1]:
        place = place.get(step) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place.pop(path[-1], None)
        if value is not ABSENT:
            place[path[-1]] = value
    return result


NAMES = ("guid", "sid", "sam", "upn")
PATHS = (
    *(("source",), ("detail-type",), ("detail",), ("id",), ("time",)),
    *(("detail", name) for name in ("specversion", "dataversion", "id", "occurredat", "directory", "sequence")),
    *(("detail", who) for who in ("subject", "group")),
    *(("detail", who, name) for who in ("subject", "group") for name in NAMES),
)
BLANKS = st.text(st.sampled_from("\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"))
NEARLY_BLANK = st.builds("{}{}".format, BLANKS, st.sampled_from(["", "\u200b", "\ufeff", "\u180e", "\0", "x"]))
VERSIONS = st.sampled_from(
    ["1", "1.", "1.0", "1.7.x", "1\n", "1.\n", "01", "10", "10.0", "2.0", " 1.0", "1 .0", 1, 1.0]
)
DETAIL_TYPES = st.builds(
    "{}.{}{}".format,
    st.sampled_from([*canonical.KINDS, "directory.member.invited", "directory.", "Directory.user.deleted", "order"]),
    st.sampled_from(["v1", "v2", "V1", "v1.1", ""]),
    st.sampled_from(["", "", "\n", " "]),
)
# Times, and what is none, for every part of one.
TIMES = st.builds(
    "{}-{}-{}{}{}{}{}".format,
    st.sampled_from(["2026", "2024", "2000", "2100", "1900", "2999", "1000", "02026", "26"]),
    st.sampled_from(["01", "02", "04", "06", "09", "11", "12", "13", "00", "2"]),
    st.sampled_from(["01", "28", "29", "30", "31", "32", "00", "9"]),
    st.sampled_from(["T", "T", "T", "t", " "]),
    st.sampled_from(["14:59:58", "00:00:00", "23:59:59", "23:59:60", "24:00:00", "14:60:00", "14:59", "145958"]),
    st.sampled_from(["", ".5", ".1234567", "." + "1" * 40, ".", ",5"]),
    st.sampled_from(["Z", "+01:00", "-23:59", "+24:00", "+01:60", "+0100", "-00:00", "z", "", "Z\n", "Z "]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | NEARLY_BLANK,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from((*NAMES, "x")), inner, max_size=3),
    max_leaves=5,
)
VALUES = st.just(ABSENT) | JSON | VERSIONS | DETAIL_TYPES | TIMES
MUTATIONS = st.lists(st.tuples(st.sampled_from(PATHS), VALUES), min_size=1, max_size=4)


def mutated(name: str, mutations: list[tuple[tuple[str, ...], object]]) -> dict[str, Any]:
    event: dict[str, Any] = SAMPLES[name]
    for path, value in mutations:
        event = changed(event, path, value)
    return event


def without_time(event: dict[str, Any]) -> dict[str, Any]:
    """The event at a time that nobody doubts, if it has one at all."""
    detail = event.get("detail")
    has_time = isinstance(detail, dict) and isinstance(detail.get("occurredat"), str)
    return changed(event, ("detail", "occurredat"), "2026-03-02T14:59:58Z") if has_time else event


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_accepted_and_read(name: str) -> None:
    assert accepts(SAMPLES[name])
    assert is_read(SAMPLES[name])


def test_there_is_a_sample_of_every_shape() -> None:
    kinds = {each["detail-type"].rsplit(".", 2)[-2] for each in SAMPLES.values()}
    assert {"added", "disabled", "renamed", "resync"} <= kinds


def test_the_schema_names_the_kinds_that_are_read() -> None:
    assert SCHEMA["properties"]["detail-type"]["enum"] == [f"{name}.v1" for name in canonical.KINDS]


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_of_every_field_schema_and_reader_want_the_same(name: str, path: tuple[str, ...]) -> None:
    blanks = ("", " ", "\n", "\x1c", "\x85", "\u2003", "\u200b", "\ufeff")
    for value in (ABSENT, None, 0, False, 7, [], ["x"], {}, {"sam": "x"}, {"sam": ""}, "x", *blanks):
        event = changed(SAMPLES[name], path, value)
        assert accepts(event) is is_read(event), f"{'.'.join(path)}: {value!r}"


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), mutations=MUTATIONS)
def test_whatever_the_schema_accepts_is_read(name: str, mutations: list[tuple[tuple[str, ...], object]]) -> None:
    """The same as: whatever is refused, the schema refuses."""
    event = mutated(name, mutations)
    assert is_read(event) or not accepts(event)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(SAMPLES)), mutations=MUTATIONS)
def test_whatever_is_read_the_schema_accepts_but_for_spellings_of_times(
    name: str, mutations: list[tuple[tuple[str, ...], object]]
) -> None:
    """The reader also takes an offset without its colon, as Samba writes it, and years before 1000 or after 2999."""
    event = without_time(mutated(name, mutations))
    assert accepts(event) or not is_read(event)


@settings(max_examples=200, deadline=None)
@given(time=TIMES)
def test_a_time_that_the_schema_accepts_is_read(time: str) -> None:
    event = changed(SAMPLES["canonical-user-disabled.json"], ("detail", "occurredat"), time)
    assert is_read(event) or not accepts(event)


@given(
    time=st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31)),  # noqa: DTZ001 - the zone comes from the offsets
    offset=st.integers(-23 * 60 - 59, 23 * 60 + 59),
)
def test_every_time_of_the_calendar_is_accepted_and_read(time: datetime, offset: int) -> None:
    told = time.replace(tzinfo=timezone(timedelta(minutes=offset))).isoformat()
    event = changed(SAMPLES["canonical-user-disabled.json"], ("detail", "occurredat"), told)
    assert accepts(event)
    assert is_read(event)


@pytest.mark.parametrize("day", ["2026-02-29", "2100-02-29", "2026-04-31", "2026-02-30", "2026-13-01"])
def test_a_day_that_no_calendar_has_is_neither_accepted_nor_read(day: str) -> None:
    event = changed(SAMPLES["canonical-user-disabled.json"], ("detail", "occurredat"), f"{day}T10:00:00Z")
    assert not accepts(event)
    assert not is_read(event)


def test_only_the_clock_tells_that_a_time_is_ahead() -> None:
    ahead = (NOW + timedelta(minutes=6)).isoformat()
    event = changed(SAMPLES["canonical-user-disabled.json"], ("detail", "occurredat"), ahead)
    assert accepts(event)
    with pytest.raises(MalformedEvent, match="more than 5 minutes ahead"):
        events.read(event, now=NOW)


def test_no_expression_means_something_else_in_another_language() -> None:
    r"""JavaScript reads \d, \s and \w differently from Python; \Z and (?P exist in Python only."""
    text = json.dumps(SCHEMA)
    assert not [each for each in (r"\\d", r"\\s", r"\\S", r"\\w", r"\\Z", "(?P", "(?i") if each in text]
