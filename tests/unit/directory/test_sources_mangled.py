"""Whatever comes, from whichever source: it is read, or it is malformed, and nothing else."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.directory.changes import Ignored, MembershipChange, Unreadable
from concierge.directory.events import read
from concierge.errors import MalformedEvent
from tests.support.directory_events import ADD, DISABLE, EVENTS, NOW, changed, logs, renamed, sample

SOURCES = sorted(
    path.name for path in EVENTS.glob("*.json") if not path.name.startswith(("saml", "presigned", "scheduled"))
)


ODDITIES = ["1.0", "v1", "2026-03-02", "\ud800", "-", "$", "[" * 2_000, "9999-12-31T23:59:59-14:00", 1e999]
ROOTS = ["value", "awslogs", "detail", "detail-type", "source", "type", "timestamp", "groupChange"]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(ODDITIES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def mutated(event: dict[str, Any], path: tuple[Any, ...], how: Callable[[Any, Any], None]) -> dict[str, Any]:
    copy = deepcopy(event)
    place: Any = copy
    for key in path[:-1]:
        place = place[key]
    how(place, path[-1])
    return copy


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_event_however_mangled_is_anything_but_read_or_malformed(name: str, data: st.DataObject) -> None:
    event = sample(name)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([*places(event), *((name,) for name in ROOTS)]))
        value = data.draw(junk)
        event = mutated(event, path, lambda place, key, value=value: place.__setitem__(key, value))  # type: ignore[misc]
    try:
        found = read(event, now=NOW)
    except MalformedEvent:
        return
    assert all(isinstance(each, MembershipChange | Ignored | Unreadable) for each in found)
    named = [one for each in found if isinstance(each, MembershipChange) for one in (each.person, each.group) if one]
    keys = "".join(key for one in named for key in one.keys)
    assert keys.encode().decode() == keys


@pytest.mark.parametrize(
    "event",
    [
        changed("okta-add.json", detail__target__0__alternateId="amara\ud800"),
        changed("samba-4728-add.json", groupChange__user="CN=\udfff,DC=example"),
        changed("canonical-user-disabled.json", detail__subject__sam="\ud83d"),
    ],
)
def test_half_a_character_is_malformed_and_not_handed_on(event: dict[str, Any]) -> None:
    with pytest.raises(MalformedEvent, match="expected a non-empty string"):
        read(event, now=NOW)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_line_of_a_log_is_anything_but_read_or_unreadable(line: str) -> None:
    (found,) = read(logs(line), now=NOW)
    assert isinstance(found, Unreadable)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_payload_of_the_log_however_mangled_is_anything_but_read_or_malformed(data: st.DataObject) -> None:
    payload = {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": ADD}, {"id": "2", "message": "{}"}]}
    path = data.draw(st.sampled_from(list(places(payload))))
    value = data.draw(junk)
    mangled = mutated(payload, path, lambda place, key: place.__setitem__(key, value))
    packed = base64.b64encode(gzip.compress(json.dumps(mangled).encode())).decode()
    try:
        read({"awslogs": {"data": packed}}, now=NOW)
    except MalformedEvent:
        return


@settings(max_examples=150, deadline=None)
@given(
    xml=st.sampled_from([ADD, DISABLE, renamed("li.wei", "li.chen")]),
    at=st.integers(0, 1_600),
    length=st.integers(0, 120),
    instead=st.sampled_from(["", "x", "<", "&amp;", "</Data>", "<Data/>", "-", "$", "\0"]),
)
def test_no_record_however_cut_is_anything_but_read_or_unreadable(xml: str, at: int, length: int, instead: str) -> None:
    (found,) = read(logs(xml[:at] + instead + xml[at + length :]), now=NOW)
    assert isinstance(found, MembershipChange | Ignored | Unreadable)
