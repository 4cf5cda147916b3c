"""A directory that gives less than all is a problem, and never an empty group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from concierge.directory.deltas import Delta
from concierge.directory.snapshot import GroupRead, Snapshot, Wanted
from concierge.errors import DirectoryUnavailable
from concierge.ldap import connection
from concierge.ldap.dirsync import DirSync
from concierge.ldap.reader import LdapSource
from tests.support.authority import Authority
from tests.support.fake_ldap import (
    BASE,
    BUSY,
    READER,
    REFERRAL,
    SIZE_LIMIT,
    TEAM,
    TIME_LIMIT,
    UNWILLING,
    Answer,
    Ask,
    FakeLdap,
    What,
    changes,
    fake_ldap,
    only,
    without,
)
from tests.support.samba_ad import logins

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeLdap]:
    with fake_ldap(tmp_path) as running:
        yield running


@pytest.fixture
def small(fake: FakeLdap) -> FakeLdap:
    """Twenty people in two ranges and in four pages."""
    fake.people, fake.range_size, fake.page_size = 20, 15, 5
    return fake


def snapshot(fake: FakeLdap) -> Snapshot:
    source = LdapSource(ldap=fake.ldap, credentials=READER, directory="corp")
    return source.snapshot([Wanted(name="team")], canary=None, now=NOW)


def group(fake: FakeLdap) -> GroupRead:
    read = snapshot(fake)
    assert read.problem == ""
    [found] = read.groups
    return found


def dirsync(fake: FakeLdap) -> DirSync:
    return DirSync(ldap=fake.ldap, credentials=READER, directory="corp")


# Ranges and pages


@pytest.mark.parametrize("people", [0, 1, 1500, 1501, 4200])
def test_members_come_in_ranges_and_people_in_pages(fake: FakeLdap, people: int) -> None:
    fake.people = people
    read = group(fake)
    assert (read.problem, logins(read.members)) == ("", sorted(f"person{number}" for number in range(people)))
    ranges = [ask.attributes[0] for ask in fake.asked if ask.what is What.MEMBERS]
    expected = [f"member;range={first}-*" for first in range(1500, people, 1500)]
    assert ranges == ["member", *expected]
    assert sum(ask.what is What.INSIDE for ask in fake.asked) == max(1, -(-people // 500))


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        pytest.param({}, "after the first 15 were not given", id="nothing"),
        pytest.param({"member": [b"CN=a"]}, "after the first 15 were not given", id="no range"),
        pytest.param({"member;range=16-*": [b"CN=a"]}, "not given as announced", id="a gap"),
        pytest.param({"member;range=0-*": [b"CN=a"]}, "not given as announced", id="from the beginning"),
        pytest.param({"member;range=15-17": [b"CN=a", b"CN=b"]}, "not given as announced", id="one too few"),
        pytest.param({"member;range=15-29": []}, "not given as announced", id="an empty range"),
    ],
)
def test_a_range_that_is_not_the_next_one_spoils_the_group(
    small: FakeLdap, attributes: dict[str, list[bytes]], said: str
) -> None:
    small.spoil = only(What.MEMBERS, 2, entries=((TEAM, attributes),))
    read = group(small)
    assert said in read.problem
    assert read.members == ()


def test_a_last_range_without_its_last_members_does_not_agree_with_them(small: FakeLdap) -> None:
    values = [f"CN=person{number},{BASE}".encode() for number in range(15, 18)]
    small.spoil = only(What.MEMBERS, 2, entries=((TEAM, {"member;range=15-*": values}),))
    assert "2 say that they are members" in group(small).problem


def test_a_group_that_is_gone_between_two_ranges_is_not_the_half_of_it(small: FakeLdap) -> None:
    small.spoil = only(What.MEMBERS, 2, entries=(), code=32)  # noSuchObject
    assert group(small).problem == f"{TEAM} is not shown"


# Limits, and other servers


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (BUSY, "busy"),
        (SIZE_LIMIT, "sizeLimitExceeded"),
        (TIME_LIMIT, "timeLimitExceeded"),
        (REFERRAL, "referral"),
        (UNWILLING, "unwillingToPerform"),
    ],
)
@pytest.mark.parametrize(
    ("what", "number"), [(What.MEMBERS, 1), (What.MEMBERS, 2), (What.INSIDE, 1), (What.INSIDE, 3), (What.PRIMARY, 1)]
)
def test_every_answer_but_success_spoils_the_group(
    small: FakeLdap, what: What, number: int, code: int, named: str
) -> None:
    small.spoil = only(what, number, code=code)
    read = group(small)
    assert (read.problem, read.members) == (f"the directory answered {named}", ())


@pytest.mark.parametrize(("code", "named"), [(BUSY, "busy"), (SIZE_LIMIT, "sizeLimitExceeded"), (REFERRAL, "referral")])
def test_a_group_that_could_not_be_looked_for_is_not_missing(fake: FakeLdap, code: int, named: str) -> None:
    fake.spoil = only(What.GROUPS, code=code, entries=())
    read = snapshot(fake)
    assert (read.problem, read.groups, read.missing) == (f"the directory answered {named}", (), ())


# What is not shown


@pytest.mark.parametrize("name", ["objectGUID", "sAMAccountName", "userAccountControl", "objectClass"])
def test_a_member_of_whom_too_little_is_shown_spoils_the_group(small: FakeLdap, name: str) -> None:
    small.spoil = without(What.INSIDE, name)
    assert group(small).problem == f"{name} of CN=person0,{BASE} in {TEAM} is not shown to us"


def test_a_member_that_is_not_shown_at_all_spoils_the_group(small: FakeLdap) -> None:
    small.spoil = only(What.INSIDE, 1, entries=())
    assert f"{TEAM} names a member that is not shown: CN=person" in group(small).problem


def test_a_group_whose_own_id_is_not_shown_cannot_be_read(small: FakeLdap) -> None:
    small.spoil = without(What.GROUPS, "objectSid")
    assert group(small).problem == f"objectSid of {TEAM} is not shown to us"


# Connections


@pytest.mark.parametrize(
    ("what", "number"),
    [(What.GROUPS, 1), (What.MEMBERS, 1), (What.MEMBERS, 2), (What.INSIDE, 1), (What.INSIDE, 2), (What.PRIMARY, 1)],
)
def test_a_connection_that_breaks_off_spoils_the_whole_reading(small: FakeLdap, what: What, number: int) -> None:
    small.spoil = only(what, number, breaks=True)
    read = snapshot(small)
    assert "127.0.0.1 stopped answering" in read.problem
    assert (read.groups, read.missing) == ((), ())


def test_a_directory_that_falls_silent_is_given_up(small: FakeLdap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 1)
    small.spoil = only(What.INSIDE, 2, falls_silent=True)
    assert "127.0.0.1 stopped answering" in snapshot(small).problem


def test_the_next_server_is_asked_where_one_does_not_answer(fake: FakeLdap) -> None:
    fake.people = 2
    ldap = replace(fake.ldap, servers=("127.0.0.9", fake.host))
    read = LdapSource(ldap=ldap, credentials=READER, directory="corp").snapshot(
        [Wanted(name="team")], canary=None, now=NOW
    )
    assert logins(read.groups[0].members) == ["person0", "person1"]


def test_nobody_listens(fake: FakeLdap) -> None:
    ldap = replace(fake.ldap, servers=("127.0.0.9", "127.0.0.10"))
    read = LdapSource(ldap=ldap, credentials=READER, directory="corp").snapshot([], canary=None, now=NOW)
    assert "127.0.0.9: " in read.problem
    assert "127.0.0.10: " in read.problem
    assert "refused" in read.problem


def test_a_certificate_of_another_authority_or_for_another_name_is_not_believed(fake: FakeLdap, tmp_path: Path) -> None:
    fake.ca = "no certificate"
    assert "`ca` is not usable" in snapshot(fake).problem
    fake.ca = Authority.made("127.0.0.1").ca
    assert "CERTIFICATE_VERIFY_FAILED" in snapshot(fake).problem
    with fake_ldap(tmp_path, name="dc1.corp.example.com") as other:
        assert "IP address mismatch" in snapshot(other).problem
    assert fake.asked == other.asked == []


def test_a_refused_account_is_tried_once_and_its_password_is_not_told(fake: FakeLdap) -> None:
    ldap = replace(fake.ldap, servers=(fake.host, fake.host))
    wrong = replace(READER, password="not-the-password")
    read = LdapSource(ldap=ldap, credentials=wrong, directory="corp").snapshot([], canary=None, now=NOW)
    assert read.problem == "127.0.0.1 does not accept the account CN=reader: invalidCredentials"


# Changes


def test_changes_come_answer_by_answer_to_the_last(fake: FakeLdap) -> None:
    first, second = ((f"CN={each}", {"objectGUID": [bytes(15) + bytes([each])]}) for each in (1, 2))

    def in_two(ask: Ask, answer: Answer) -> Answer:
        if ask.what is not What.CHANGES:
            return answer
        of_people = [each for each in fake.asked if "userAccountControl" in each.attributes]
        if ask in of_people:
            return changes(cookie=b"after-people")
        return changes(first, cookie=b"half", has_more=True) if ask.cookie == b"former" else changes(second)

    fake.spoil = in_two
    delta = dirsync(fake).changes_since(b"former")
    ids = {f"00000000-0000-0000-0000-00000000000{each}" for each in (1, 2)}
    assert delta == Delta(cookie=b"after-people", groups=frozenset(ids))
    assert [ask.cookie for ask in fake.asked] == [b"former", b"former", b"half"]


@pytest.mark.parametrize("code", [BUSY, TIME_LIMIT, SIZE_LIMIT])
@pytest.mark.parametrize("cookie", [None, b"former"])
def test_a_directory_that_has_no_time_is_asked_again_from_the_same_place(
    fake: FakeLdap, code: int, cookie: bytes | None
) -> None:
    fake.spoil = only(What.CHANGES, code=code)
    with pytest.raises(DirectoryUnavailable):
        dirsync(fake).changes_since(cookie)


def test_a_cookie_that_is_refused_means_to_begin_anew(fake: FakeLdap) -> None:
    fake.spoil = only(What.CHANGES, code=UNWILLING, control=None)
    assert dirsync(fake).changes_since(b"former") == Delta(cookie=None, reset=True)


def test_a_directory_without_dirsync_is_no_directory_without_changes(fake: FakeLdap) -> None:
    fake.spoil = only(What.CHANGES, control=None)
    with pytest.raises(DirectoryUnavailable, match="DirSync was answered with success"):
        dirsync(fake).changes_since(None)


@pytest.mark.parametrize("number", [1, 2])
def test_changes_that_break_off_are_none(fake: FakeLdap, number: int) -> None:
    fake.spoil = only(What.CHANGES, number, breaks=True)
    with pytest.raises(DirectoryUnavailable, match="stopped answering"):
        dirsync(fake).changes_since(b"former")


def test_a_walk_that_is_cut_short_does_not_say_that_a_group_is_not_inside(fake: FakeLdap) -> None:
    fake.spoil = only(What.INSIDE, code=SIZE_LIMIT)
    somebody_elses = "00000000-0000-0000-0000-0000000000ff"
    with pytest.raises(DirectoryUnavailable, match="sizeLimitExceeded"):
        dirsync(fake).nested_in([Wanted(name="team")], [somebody_elses])
