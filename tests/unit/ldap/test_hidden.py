"""Groups inside groups that the reading account may not see: who is not shown is not gone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from concierge.directory.deltas import ChangedPerson
from concierge.directory.snapshot import GroupRead, Snapshot, Wanted
from concierge.ldap.dirsync import DirSync
from concierge.ldap.reader import LdapSource
from concierge.model import Identity
from tests.support.fake_ldap import (
    BASE,
    READER,
    TEAM,
    Answer,
    Ask,
    Attributes,
    FakeLdap,
    Spoil,
    What,
    changes,
    fake_ldap,
)
from tests.support.samba_ad import logins

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
FIRST, INNER = f"CN=person0,{BASE}", f"CN=inner,{BASE}"
ID = b"\xff" * 16
A_GROUP: Attributes = {
    "objectClass": [b"top", b"group"],
    "objectGUID": [ID],
    "objectSid": [b"\1\1\0\0\0\0\0\5\xff\0\0\0"],
    "groupType": [b"-2147483646"],
}


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeLdap]:
    with fake_ldap(tmp_path) as running:
        running.people = 3
        yield running


def snapshot(fake: FakeLdap) -> Snapshot:
    source = LdapSource(ldap=fake.ldap, credentials=READER, directory="corp")
    return source.snapshot([Wanted(name="team")], canary=None, now=NOW)


def group(fake: FakeLdap) -> GroupRead:
    read = snapshot(fake)
    assert read.problem == ""
    [found] = read.groups
    return found


def with_inner(shown: Attributes | None, *, code: int = 0) -> Spoil:
    """A further member, which does not come with those that say that they are in the group."""

    def spoil(ask: Ask, answer: Answer) -> Answer:
        if ask.what is What.MEMBERS and ask.base == TEAM:
            [(dn, given)] = answer.entries
            return replace(answer, entries=((dn, {"member": [*given["member"], INNER.encode()]}),))
        if ask.what is What.OTHER:
            return Answer(entries=() if shown is None else ((INNER, shown),), code=code)
        if ask.what is What.MEMBERS:
            return replace(answer, entries=((INNER, {}),))
        return replace(answer, entries=()) if ask.what is What.INSIDE and ask.number > 1 else answer

    return spoil


@pytest.mark.parametrize("attribute", ["objectGUID", "objectSid", "groupType"])
def test_a_group_inside_of_which_too_little_is_shown_spoils_the_group(fake: FakeLdap, attribute: str) -> None:
    fake.spoil = with_inner({name: values for name, values in A_GROUP.items() if name != attribute})
    assert group(fake).problem == f"{attribute} of {INNER} in {TEAM} is not shown to us"


def test_something_inside_of_which_nothing_is_shown_may_be_a_group(fake: FakeLdap) -> None:
    fake.spoil = with_inner({})
    assert group(fake).problem == f"objectClass of {INNER} in {TEAM} is not shown to us"


@pytest.mark.parametrize("code", [0, 32])  # success without an entry; noSuchObject
def test_a_member_that_is_named_and_not_there_may_be_a_group(fake: FakeLdap, code: int) -> None:
    fake.spoil = with_inner(None, code=code)
    assert group(fake).problem == f"{TEAM} names a member that is not shown: {INNER}"


def test_a_member_in_another_part_of_the_forest_is_a_problem(fake: FakeLdap) -> None:
    fake.spoil = with_inner(None, code=10)
    assert group(fake).problem == "the directory answered referral"


def test_a_group_inside_that_has_no_members_is_none_the_less_read(fake: FakeLdap) -> None:
    fake.spoil = with_inner(A_GROUP)
    read = group(fake)
    assert (read.problem, logins(read.members)) == ("", ["person0", "person1", "person2"])


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param({"objectClass": [b"top", b"foreignSecurityPrincipal"]}, id="of another domain"),
        pytest.param({"objectClass": [b"top", b"person", b"contact"]}, id="contact"),
        pytest.param({"objectClass": [b"user", b"computer"], "sAMAccountName": [b"ws1$"]}, id="computer"),
        pytest.param({**A_GROUP, "groupType": [b"2"]}, id="for mail"),
    ],
)
def test_members_that_are_nobody_are_left_out_and_logged(
    fake: FakeLdap, shown: Attributes, caplog: pytest.LogCaptureFixture
) -> None:
    fake.spoil = with_inner(shown)
    with caplog.at_level(logging.INFO):
        read = group(fake)
    assert (read.problem, logins(read.members)) == ("", ["person0", "person1", "person2"])
    assert [(each.message, vars(each)["member"]) for each in caplog.records] == [
        ("member that gives nobody access", INNER)
    ]


def test_a_change_of_somebody_whose_flags_are_hidden_does_not_disable_them(fake: FakeLdap) -> None:
    changed = (FIRST, {"objectGUID": [ID]})

    def spoil(ask: Ask, answer: Answer) -> Answer:
        if ask.what is What.CHANGES:
            return changes(changed) if "userAccountControl" in ask.attributes else answer
        shown = {"objectClass": [b"user"], "objectGUID": [ID], "sAMAccountName": [b"amara"]}
        return replace(answer, entries=((FIRST, shown),))

    fake.spoil = spoil
    source = DirSync(ldap=fake.ldap, credentials=READER, directory="corp")
    [person] = source.changes_since(b"former").people
    identity = Identity(directory="corp", guid="ffffffff-ffff-ffff-ffff-ffffffffffff", account_name="amara", dn=FIRST)
    assert person == ChangedPerson(identity=identity, enabled=None)


def test_authorities_that_are_no_certificates_are_a_problem(fake: FakeLdap) -> None:
    fake.ca = "no PEM"
    assert "`ca` is not usable" in snapshot(fake).problem
