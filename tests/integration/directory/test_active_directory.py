"""A real Active Directory, read over LDAPS: whole groups, what changed, and what we are not allowed to see."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from concierge.directory.deltas import Delta
from concierge.directory.snapshot import GroupRead, Snapshot, Wanted
from concierge.errors import DirectoryUnavailable
from concierge.ldap.dirsync import DirSync
from concierge.ldap.reader import LdapSource
from tests.support.authority import Authority
from tests.support.samba_ad import BASE, GROUPS, PEOPLE, ActiveDirectory, logins

NOW = datetime.now(UTC)
_numbers = count(1)

Name = Callable[[str], str]


@pytest.fixture
def new() -> Name:
    """A name that no other test of this directory uses; sAMAccountName holds twenty characters."""
    return lambda name: f"{name}{next(_numbers)}"


def source(ad: ActiveDirectory) -> LdapSource:
    return LdapSource(ldap=ad.ldap, credentials=ad.reader, directory="corp")


def snapshot(ad: ActiveDirectory, *wanted: Wanted, canary: str | None = None) -> Snapshot:
    read = source(ad).snapshot(wanted, canary=canary, now=NOW)
    assert read.problem == ""
    return read


def group(ad: ActiveDirectory, name: str, *, canary: str | None = None) -> GroupRead:
    """The one group of that name as the concierge reads it."""
    [read] = snapshot(ad, Wanted(name=name), canary=canary).groups
    return read


def people_of(ad: ActiveDirectory, name: str) -> list[str]:
    read = group(ad, name)
    assert read.problem == ""
    return logins(read.members)


def dirsync(ad: ActiveDirectory) -> DirSync:
    return DirSync(ldap=ad.ldap, credentials=ad.reader, directory="corp")


class Changes:
    """Follows the directory from now on."""

    def __init__(self, ad: ActiveDirectory) -> None:
        self.source = dirsync(ad)
        baseline = self.source.changes_since(None)
        assert baseline.is_baseline
        assert (baseline.groups, baseline.people) == (frozenset(), ())
        self.cookie = baseline.cookie

    def next(self) -> Delta:
        delta = self.source.changes_since(self.cookie)
        assert not delta.is_baseline
        assert not delta.reset
        self.cookie = delta.cookie
        return delta


# Whole groups


def test_somebody_joins_and_leaves(active_directory: ActiveDirectory, new: Name) -> None:
    ad, team, amara, li = active_directory, new("team"), new("amara"), new("li")
    dn = ad.add_group(team, ad.add_user(amara, upn=f"{amara}@corp.example.com"))
    first = group(ad, team)
    [member] = first.members
    person = member.person
    assert (person.directory, person.account_name, person.upn) == ("corp", amara, f"{amara}@corp.example.com")
    assert (person.dn, member.enabled) == (f"CN={amara},{PEOPLE}", True)
    assert uuid.UUID(person.guid).version == 4
    assert person.sid.startswith("S-1-5-21-")
    assert (first.group.account_name, first.group.dn) == (team, dn)

    ad.join(dn, ad.add_user(li))
    ad.leave(dn, person.dn)
    assert people_of(ad, team) == [li]
    ad.leave(dn, f"CN={li},{PEOPLE}")
    assert people_of(ad, team) == []


def test_groups_inside_groups_count_and_a_circle_ends(active_directory: ActiveDirectory, new: Name) -> None:
    ad = active_directory
    outer, middle, inner = new("outer"), new("middle"), new("inner")
    names = [new("top"), new("mid"), new("deep")]
    top, mid, deep = map(ad.add_user, names)
    innermost = ad.add_group(inner, deep)
    between = ad.add_group(middle, mid, innermost)
    outermost = ad.add_group(outer, top, between, deep)
    ad.join(innermost, outermost)
    assert people_of(ad, outer) == sorted(names)
    assert people_of(ad, inner) == sorted(names)


def test_a_primary_group_counts_though_it_does_not_list_its_members(
    active_directory: ActiveDirectory, new: Name
) -> None:
    ad, team, around, amara = active_directory, new("team"), new("around"), new("amara")
    user = ad.add_user(amara)
    dn = ad.add_group(team, user)
    ad.add_group(around, dn)
    ad.set_primary_group(user, dn)
    assert people_of(ad, team) == [amara]
    assert people_of(ad, around) == [amara]


def test_a_rename_and_a_move_leave_the_person_who_they_are(active_directory: ActiveDirectory, new: Name) -> None:
    ad, team, maiden, married = active_directory, new("team"), new("maiden"), new("married")
    ad.add_group(team, ad.add_user(maiden))
    [before] = group(ad, team).members
    ad.move(ad.rename(f"CN={maiden},{PEOPLE}", married), GROUPS)
    [after] = group(ad, team).members
    assert (after.person.guid, after.person.sid) == (before.person.guid, before.person.sid)
    assert (after.person.account_name, after.person.dn) == (married, f"CN={married},{GROUPS}")


def test_disabled_and_expired_accounts_are_members_that_are_not_enabled(
    active_directory: ActiveDirectory, new: Name
) -> None:
    ad, team, amara = active_directory, new("team"), new("amara")
    user = ad.add_user(amara)
    ad.add_group(team, user)

    def enabled() -> bool:
        [member] = group(ad, team).members
        return member.enabled

    ad.disable(user)
    assert not enabled()
    ad.enable(user)
    assert enabled()
    ad.expire(user, NOW - timedelta(days=1))
    assert not enabled()
    ad.expire(user, NOW + timedelta(days=1))
    assert enabled()


def test_somebody_hired_again_under_the_same_name_is_somebody_else(
    active_directory: ActiveDirectory, new: Name
) -> None:
    ad, team, amara = active_directory, new("team"), new("amara")
    dn = ad.add_group(team, ad.add_user(amara))
    [former] = group(ad, team).members
    ad.delete(former.person.dn)
    assert people_of(ad, team) == []
    ad.join(dn, ad.add_user(amara))
    [latter] = group(ad, team).members
    assert latter.person.account_name == former.person.account_name
    assert {latter.person.guid, latter.person.sid}.isdisjoint({former.person.guid, former.person.sid})


def test_a_group_is_found_by_its_id_whatever_it_is_called_now(active_directory: ActiveDirectory, new: Name) -> None:
    ad, team, renamed, amara = active_directory, new("team"), new("renamed"), new("amara")
    dn = ad.add_group(team, ad.add_user(amara))
    identity = group(ad, team).group
    ad.rename_group(dn, renamed)
    assert snapshot(ad, Wanted(name=team)).missing == (Wanted(name=team),)
    assert people_of(ad, renamed.upper()) == [amara]
    for known in (identity.guid, identity.guid.upper(), identity.sid):
        [read] = snapshot(ad, Wanted(name=team, id=known)).groups
        assert (read.group.account_name, logins(read.members)) == (renamed, [amara])


def test_families_are_groups_of_a_kind_of_name(active_directory: ActiveDirectory, new: Name) -> None:
    ad, family = active_directory, new("family")
    for each in ("fraud-ds", "risk-ds", "risk-ops"):
        ad.add_group(f"{family}-{each}")
    ad.add_user(f"{family}-guest-ds")
    ad.add_group(f"{family}-mail-ds", for_mail=True)
    read = snapshot(ad, Wanted(name=f"{family}-*-ds"))
    assert sorted(each.group.account_name for each in read.groups) == [f"{family}-fraud-ds", f"{family}-risk-ds"]


def test_what_is_not_there_is_missing(active_directory: ActiveDirectory, new: Name) -> None:
    ad, mail = active_directory, new("mail")
    ad.add_group(mail, for_mail=True)
    nowhere = (
        Wanted(name="nobody-knows"),
        Wanted(name="nobodies-*"),
        Wanted(name="any", id=str(uuid.uuid4())),
        Wanted(name="any", id="S-1-5-21-1-2-3-4"),
        Wanted(name="any", id="d-9067a1b2c3/not-an-id-of-this-kind"),
        Wanted(name=mail),
    )
    read = snapshot(ad, *nowhere)
    assert (read.groups, read.missing) == ((), nowhere)


def test_only_people_are_people(active_directory: ActiveDirectory, new: Name) -> None:
    ad, team, amara, mail = active_directory, new("team"), new("amara"), new("mail")
    reader_of_mail = ad.add_user(new("mailed"))
    members = [
        ad.add_user(amara),
        ad.add_computer(new("ws")),
        ad.add_contact(new("contact")),
        ad.add_group(mail, reader_of_mail, for_mail=True),
        "<SID=S-1-5-21-11-22-33-1000>",  # from a domain that this one trusts: becomes a foreignSecurityPrincipal
    ]
    ad.add_group(team, *members)
    assert people_of(ad, team) == [amara]


@pytest.mark.parametrize(
    "cn", [r"Okafor\, Amara", "(Amara*)", "Zoë Ångström \uae40", r"a\\b", r"\#1 \+ 2 \"3\"", r"x\=y"]
)
def test_names_may_hold_whatever_filters_and_names_are_made_of(
    active_directory: ActiveDirectory, new: Name, cn: str
) -> None:
    ad, login, team, inner = active_directory, new("odd"), new("team"), new("in(n)é")
    nested = ad.add_group(inner, ad.add_user(login, cn=f"{cn} {login}"), cn=f"{cn} {inner}")
    ad.add_group(team, nested)
    assert people_of(ad, team) == people_of(ad, inner) == [login]


def test_a_canary_that_is_not_there_is_a_problem(active_directory: ActiveDirectory, new: Name) -> None:
    ad, team, amara, canary = active_directory, new("team"), new("amara"), new("canary")
    dn = ad.add_group(team, ad.add_user(amara))
    bird = ad.add_user(canary)
    unseen = group(ad, team, canary=canary)
    assert (unseen.problem, unseen.members) == (f"the canary {canary} is not seen in it", ())
    ad.join(dn, bird)
    seen = group(ad, team, canary=canary.upper())
    assert (seen.problem, logins(seen.members)) == ("", sorted([amara, canary]))


@pytest.mark.timeout(300)  # most of it is Samba's: to make so many accounts takes it ten seconds of a free machine
@pytest.mark.timeout(300)
def test_five_thousand_people_in_one_group(active_directory: ActiveDirectory, new: Name) -> None:
    ad, crowd = active_directory, new("everybody")
    dn = ad.add_group(crowd)
    ad.add_crowd(dn, 5000)
    people = people_of(ad, crowd)
    assert len(set(people)) == len(people) == 5000


# What we may not see


def test_a_group_that_we_may_not_read_is_not_an_empty_one(active_directory: ActiveDirectory, new: Name) -> None:
    ad, hidden, headless = active_directory, new("hidden"), new("headless")
    first = ad.add_group(hidden, ad.add_user(new("amara")))
    second = ad.add_group(headless, ad.add_user(new("li")))
    ad.hide(first, ad.reader.username)
    ad.hide_members(second, ad.reader.username)
    assert snapshot(ad, Wanted(name=hidden)).missing == (Wanted(name=hidden),)
    assert group(ad, headless).problem == f"1 say that they are members of {second}, and it does not name them"


def test_a_group_inside_that_we_may_not_read_is_a_problem_of_the_outer_one(
    active_directory: ActiveDirectory, new: Name
) -> None:
    ad, outer, around, hidden, headless = active_directory, new("outer"), new("around"), new("hidden"), new("headless")
    first = ad.add_group(hidden, ad.add_user(new("amara")))
    second = ad.add_group(headless, ad.add_user(new("li")))
    top = ad.add_group(outer, ad.add_user(new("top")), first)
    ad.add_group(around, second)
    ad.hide(first, ad.reader.username)
    ad.hide_members(second, ad.reader.username)
    assert group(ad, outer).problem == f"objectClass of {first} in {top} is not shown to us"
    assert group(ad, around).problem == f"1 say that they are members of {second}, and it does not name them"
    assert group(ad, around).members == ()


# Connections


def test_a_server_that_another_authority_vouches_for_is_not_believed(active_directory: ActiveDirectory) -> None:
    ad = active_directory
    other = replace(ad.ldap, ca=Authority.made(ad.host).ca)
    read = LdapSource(ldap=other, credentials=ad.reader, directory="corp").snapshot([], canary=None, now=NOW)
    assert "CERTIFICATE_VERIFY_FAILED" in read.problem


def test_a_wrong_password_is_a_problem_and_is_not_told(active_directory: ActiveDirectory) -> None:
    ad = active_directory
    wrong = replace(ad.reader, password="not-the-password")
    read = LdapSource(ldap=ad.ldap, credentials=wrong, directory="corp").snapshot([], canary=None, now=NOW)
    assert f"does not accept the account {ad.reader.username}" in read.problem
    assert "not-the-password" not in read.problem
    with pytest.raises(DirectoryUnavailable, match="does not accept the account"):
        DirSync(ldap=ad.ldap, credentials=wrong, directory="corp").changes_since(None)


# What changed


def test_changes_of_people_and_groups_are_told_once(active_directory: ActiveDirectory, new: Name) -> None:
    ad, team, amara, li = active_directory, new("team"), new("amara"), new("li")
    dn = ad.add_group(team)
    user, other = ad.add_user(amara), ad.add_user(li)
    changes = Changes(ad)
    assert changes.next() == Delta(cookie=changes.cookie)

    ad.join(dn, user)
    ad.disable(other)
    delta = changes.next()
    assert delta.groups == {group(ad, team).group.guid}
    [changed] = delta.people
    assert (changed.identity.account_name, changed.enabled, changed.deleted) == (li, False, False)

    ad.rename(user, new("renamed"))
    delta = changes.next()
    assert delta.groups == frozenset()
    [renamed] = delta.people
    assert renamed.identity == group(ad, team).members[0].person

    ad.leave(dn, renamed.identity.dn)
    ad.add_computer(new("ws"))
    assert changes.next().groups == {group(ad, team).group.guid}
    assert changes.next() == Delta(cookie=changes.cookie)


def test_the_deleted_leave_a_tombstone_and_the_hired_again_are_others(
    active_directory: ActiveDirectory, new: Name
) -> None:
    ad, amara = active_directory, new("amara")
    dn = ad.add_group(new("team"), ad.add_user(amara))
    [former] = group(ad, dn.partition(",")[0].removeprefix("CN=")).members
    changes = Changes(ad)
    ad.delete(former.person.dn)
    ad.join(dn, ad.add_user(amara))
    delta = changes.next()
    [gone] = [each for each in delta.people if each.deleted]
    [hired] = [each for each in delta.people if not each.deleted]
    assert (gone.identity.guid, gone.identity.account_name, gone.enabled) == (former.person.guid, "", None)
    assert (hired.identity.account_name, hired.enabled) == (amara, True)
    assert hired.identity.guid != former.person.guid


def test_without_the_right_to_see_the_deleted_only_a_whole_reading_tells_who_is_gone(
    active_directory: ActiveDirectory, new: Name
) -> None:
    ad, team, amara = active_directory, new("team"), new("amara")
    user = ad.add_user(amara)
    ad.add_group(team, user)
    plain = DirSync(ldap=ad.ldap, credentials=ad.add_reader(new("plain")), directory="corp")
    cookie = plain.changes_since(None).cookie
    ad.delete(user)
    assert plain.changes_since(cookie).people == ()
    assert people_of(ad, team) == []


def test_a_change_deep_inside_means_every_group_around_it(active_directory: ActiveDirectory, new: Name) -> None:
    ad = active_directory
    outer, middle, inner, other = new("outer"), new("middle"), new("inner"), new("other")
    innermost = ad.add_group(inner)
    ad.add_group(outer, ad.add_group(middle, innermost))
    ad.join(innermost, f"CN={middle},{GROUPS}")
    ad.add_group(other)
    wanted = tuple(Wanted(name=each) for each in (outer, other, middle, "nobody-knows"))
    changes = Changes(ad)
    ad.join(innermost, ad.add_user(new("amara")))
    delta = changes.next()
    assert changes.source.nested_in(wanted, delta.groups) == (wanted[0], wanted[2])
    assert changes.source.nested_in(wanted, ()) == ()

    ad.delete(innermost)
    delta = changes.next()
    assert delta.people == ()
    assert changes.source.nested_in(wanted, delta.groups) == wanted


def test_a_cookie_that_the_directory_does_not_know_means_to_begin_anew(active_directory: ActiveDirectory) -> None:
    delta = dirsync(active_directory).changes_since(b"from another life")
    assert delta == Delta(cookie=None, reset=True)


def test_changes_are_those_of_a_whole_naming_context(active_directory: ActiveDirectory) -> None:
    ad = active_directory
    below = DirSync(ldap=replace(ad.ldap, base_dn=PEOPLE), credentials=ad.reader, directory="corp")
    with pytest.raises(DirectoryUnavailable, match="base_dn has to be a whole naming context"):
        below.changes_since(None)
    assert BASE in PEOPLE
