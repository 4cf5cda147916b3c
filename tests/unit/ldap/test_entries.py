"""What Active Directory's attributes mean: ids and names both ways, and who may work today."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.ldap import entries
from concierge.ldap.connection import Entry

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)

sids = st.builds(
    lambda authority, parts: f"S-1-{authority}-{'-'.join(map(str, parts))}",
    st.integers(0, 2**48 - 1),
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=15),
)


def entry(**attributes: str | bytes) -> Entry:
    """An entry with one value each, as bytes."""
    values = {name.lower(): [value.encode() if isinstance(value, str) else value] for name, value in attributes.items()}
    return Entry(dn="CN=x", attributes=values)


def user(**attributes: str | bytes) -> Entry:
    return entry(**{"objectClass": "user", "sAMAccountName": "amara", **attributes})


def ticks(at: datetime) -> str:
    """Windows' time: tenths of microseconds since 1601."""
    return str((at - EPOCH) // timedelta(microseconds=1) * 10)


def value_of(query: str) -> bytes:
    """The value that a server reads in a filter (RFC 4515): nothing in it may be special unless it is escaped."""
    [value] = re.findall(r"\A\(\w+=([^()*\x00]*)\)\Z", query)
    return re.sub(rb"\\([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), value.encode())


# Ids


def test_a_well_known_sid_is_written_as_everybody_writes_it() -> None:
    administrators = bytes.fromhex("01020000000000052000000020020000")
    assert entries.sid_text(administrators) == "S-1-5-32-544"
    assert entries.rid("S-1-5-32-544") == "544"
    assert entries.sid_text(b"") == ""


@given(sids)
def test_a_sid_is_asked_for_by_the_bytes_that_it_is_read_from(sid: str) -> None:
    assert entries.sid_text(value_of(entries.by_id(sid))) == sid


@given(st.uuids(), st.sampled_from([str.lower, str.upper, "{{{}}}".format]))
def test_a_guid_is_asked_for_by_the_bytes_that_it_is_read_from(guid: uuid.UUID, spelled: object) -> None:
    assert callable(spelled)
    asked = value_of(entries.by_id(spelled(str(guid))))
    assert asked == guid.bytes_le
    assert entries.guid(entry(objectGUID=asked)) == str(guid)


def test_a_guid_that_is_not_shown_is_none() -> None:
    assert entries.guid(entry()) == entries.guid(entry(objectGUID=b"short")) == ""


@pytest.mark.parametrize(
    "group_id", ["", "team", "S-1-", "S-1-x-1", "S-1-5-4294967296", "S-1-5-21)(cn=*", "d-9067a1b2c3/1", "S-1-5--1"]
)
def test_what_is_neither_guid_nor_sid_is_refused(group_id: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        entries.by_id(group_id)


# Filters


@given(st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), min_size=1))
def test_a_name_reaches_the_directory_as_it_is(name: str) -> None:
    assert value_of(entries.by_name(name)) == name.encode()


@given(st.text(st.sampled_from("*()\\\x00aé林"), min_size=1))
def test_in_a_family_only_the_star_is_special(name: str) -> None:
    query = entries.by_name(name)
    assert query.count("*") == name.count("*")
    pieces = query.removeprefix("(sAMAccountName=").removesuffix(")").split("*")
    assert [value_of(f"(x={piece})") for piece in pieces] == [piece.encode() for piece in name.split("*")]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_dn_of_a_group_reaches_the_directory_as_it_is(dn: str) -> None:
    assert value_of(entries.inside(dn)) == dn.encode()


# Standing


@pytest.mark.parametrize(
    ("flags", "enabled"),
    [("512", True), ("544", True), ("66048", True), ("514", False), ("66050", False), ("2", False)],
)
def test_the_second_bit_disables(flags: str, enabled: object) -> None:
    assert entries.is_enabled(user(userAccountControl=flags), NOW) is enabled


@pytest.mark.parametrize(
    ("expires", "enabled"),
    [
        ("", True),
        ("0", True),
        ("9223372036854775807", True),
        (ticks(NOW), False),
        (ticks(NOW - timedelta(microseconds=1)), False),
        (ticks(NOW + timedelta(microseconds=1)), True),
        ("1", False),
        ("9223372036854775806", True),  # a time that no datetime holds
    ],
)
def test_an_account_ends_at_its_time_unless_it_never_does(expires: str, enabled: object) -> None:
    assert entries.is_enabled(user(userAccountControl="512", accountExpires=expires), NOW) is enabled


def test_whoever_does_not_show_their_flags_is_neither_enabled_nor_disabled() -> None:
    assert entries.is_enabled(user(), NOW) is None


# Kinds


@pytest.mark.parametrize(
    ("found", "person", "security_group"),
    [
        (user(), True, False),
        (entry(objectClass="contact", sAMAccountName="amara"), False, False),
        (user(sAMAccountName="service$"), False, False),
        (entry(objectClass="group", groupType="-2147483646"), False, True),
        (entry(objectClass="group", groupType="-2147483640"), False, True),
        (entry(objectClass="group", groupType="2"), False, False),
        (entry(objectClass="group"), False, False),
        (Entry(dn="x", attributes={"objectclass": [b"top", b"User", b"Computer"]}), False, False),
        (entry(), False, False),
    ],
)
def test_kinds_of_members(found: Entry, person: object, security_group: object) -> None:
    assert (entries.is_person(found), entries.is_security_group(found)) == (person, security_group)


@pytest.mark.parametrize(
    ("found", "hidden"),
    [
        (entry(), ("objectClass",)),
        (entry(objectClass="foreignSecurityPrincipal"), ()),
        (entry(objectClass="user"), ("objectGUID", "sAMAccountName", "userAccountControl")),
        (user(objectGUID=bytes(16), userAccountControl="512"), ()),
        (entry(objectClass="group", objectGUID=bytes(16), groupType="2"), ("objectSid",)),
    ],
)
def test_what_is_needed_and_not_shown(found: Entry, hidden: tuple[str, ...]) -> None:
    assert entries.hidden(found) == hidden
