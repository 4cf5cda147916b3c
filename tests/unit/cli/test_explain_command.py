"""Why somebody has access: the group, the line of studio.yaml, and what is pending."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cli.explanation import explain
from concierge.catalog.model import Catalog
from concierge.directory.identity import resolve
from concierge.holds import HeldRemoval, HoldStatus, RemovalKind
from concierge.model import Door, Identity, Membership, Person, PersonRecord, ProfileBinding
from concierge.onboarding.desired import Surroundings, desired_access
from concierge.onboarding.exit import CLOSED
from tests.unit.cli.conftest import Account

AMARA = Person(id="guid:a1", login="amara.okafor", directory="corp.example.com", handle="amara.okafor")
SURROUNDINGS = Surroundings(
    account="123456789012",
    partition="aws",
    boundary="arn:aws:iam::123456789012:policy/studio-platform/boundary",
    activity_table="studio-concierge-activity",
)
RESEARCH, RISK = "studio-ml-research", "studio-risk-analytics"


def word(group: str, at: datetime, *, present: bool = True) -> Membership:
    return Membership(group_id=f"id of {group}", group=group, present=present, occurred_at=at)


def inside(catalog: Catalog, at: datetime, *groups: str) -> PersonRecord:
    """Amara in these groups, with the door of each domain open."""
    words = {f"id of {group}": word(group, at) for group in groups}
    record = PersonRecord(person=AMARA, is_known=True, memberships=words)
    bindings = {
        access.domain.name: ProfileBinding(
            person_id=AMARA.id,
            login=AMARA.login,
            domain=access.domain.name,
            profile=access.profile,
            persona=access.persona,
            role=access.role.name,
            tags=access.tags,
            door=Door.OPEN,
            fingerprint=access.fingerprint,
            since=at,
        )
        for access in desired_access(catalog, record, SURROUNDINGS)
    }
    return replace(record, bindings=bindings)


def outside(record: PersonRecord, at: datetime, *, fingerprint: str = CLOSED, door: Door = Door.CLOSED) -> PersonRecord:
    """The same person after they left every group."""
    words = {key: replace(each, present=False, occurred_at=at) for key, each in record.memberships.items()}
    bindings = {
        name: replace(each, door=door, fingerprint=fingerprint, closed_at=at, since=at)
        for name, each in record.bindings.items()
    }
    return replace(record, memberships=words, bindings=bindings)


def met(account: Account, person: Person = AMARA, *, guid: str = "a1") -> None:
    identity = Identity(directory=person.directory, guid=guid, account_name=person.login)
    found = account.aliases.find(identity.keys)
    account.aliases.write(resolve(identity, found, name=person.login, at=None))


def kept(account: Account, record: PersonRecord) -> None:
    account.ledger.save_standing(record)
    for each in record.memberships.values():
        account.ledger.save_membership(record.person, each)
    for binding in record.bindings.values():
        account.ledger.save_binding(binding)


def next_in_research(catalog: Catalog, record: PersonRecord, now: datetime) -> str:
    told = explain(catalog, record, SURROUNDINGS, now=now)
    return next(each.next for each in told.domains if each.domain == "research")


# -- what is said ---------------------------------------------------------------------------------


def test_the_group_the_line_and_the_door(account: Account, catalog: Catalog, now: datetime) -> None:
    met(account)
    kept(account, inside(catalog, now, RESEARCH, RISK))
    line, other = (next(each.line for each in catalog.bindings if each.group == group) for group in (RESEARCH, RISK))
    at = f"{now:%Y-%m-%d %H:%M} UTC"
    lines = account.types("explain", "Amara.Okafor").output.splitlines()
    assert lines[:12] == [
        "amara.okafor (guid:a1)",
        "  directory    corp.example.com",
        f"  known since  {at}, or earlier",
        "  standing     enabled",
        "groups",
        f"  {RESEARCH}: member since {at} (id of {RESEARCH})",
        f"      data-scientist in research, line {line}: used",
        f"  {RISK}: member since {at} (id of {RISK})",
        f"      analyst in research, line {other}: not used: {RESEARCH} comes first, line {line}",
        "domains",
        f"  research: door open since {at}, persona data-scientist",
        lines[11],
    ]
    assert lines[11].startswith("      profile amara-okafor-ll6xmvt5nczj, role studio-exec-amara-okafor-")
    assert lines[12:] == ["      next: nothing: all is as the catalog says"]


def test_programs_get_the_same(account: Account, catalog: Catalog, now: datetime) -> None:
    met(account)
    kept(account, outside(inside(catalog, now, RESEARCH), now))
    (told,) = json.loads(account.types("explain", "guid:A1", "--json").output)
    assert told["person"]["login"] == "amara.okafor"
    assert told["groups"][0]["gives"][0]["unused"] == "left the group"
    assert told["domains"][0]["deleted_after"] == (now + timedelta(days=30)).isoformat()


def test_what_waits_says_how_to_decide(account: Account, catalog: Catalog, now: datetime) -> None:
    met(account)
    record = inside(catalog, now, RESEARCH)
    kept(account, record)
    gone = word(RESEARCH, now + timedelta(minutes=1), present=False)
    account.ledger.save_membership(AMARA, gone)
    held = HeldRemoval(
        hold_id="left-1", kind=RemovalKind.LEFT, status=HoldStatus.PENDING, at=now, group_ids=(gone.group_id,)
    )
    account.holds.hold(AMARA, held)
    shown = account.types("explain", "amara.okafor").output
    assert "next: nothing until an administrator decides on hold left-1" in shown
    assert f"  hold left-1: removal from {RESEARCH}, pending since" in shown
    assert "decide with: concierge holds approve|reject left-1" in shown


# -- what happens next ----------------------------------------------------------------------------


def test_a_changed_catalog_reaches_whoever_is_inside(catalog: Catalog, now: datetime) -> None:
    record = inside(catalog, now, RESEARCH)
    stale = {name: replace(each, fingerprint="old") for name, each in record.bindings.items()}
    changed = replace(record, bindings=stale)
    assert next_in_research(catalog, changed, now).startswith("brought to what the catalog says now")


def test_a_member_without_a_door_is_let_in(catalog: Catalog, now: datetime) -> None:
    record = replace(inside(catalog, now, RESEARCH), bindings={})
    assert next_in_research(catalog, record, now) == f"let in as data-scientist, by {RESEARCH}"


@pytest.mark.parametrize(
    ("door", "fingerprint", "days", "following"),
    [
        (Door.OPEN, "f", 0, "the door is closed, unless too many people leave at once"),
        (Door.CLOSED, "", 0, "what still runs is stopped"),
        (Door.CLOSED, CLOSED, 29, "nothing until the grace period ends"),
        (Door.CLOSED, CLOSED, 30, "profile, spaces and role are deleted, home data stays: the grace period is over"),
        (Door.REMOVED, "", 31, "nothing: all but home data is deleted"),
    ],
)
def test_the_way_out_step_by_step(
    catalog: Catalog, now: datetime, door: Door, fingerprint: str, days: int, following: str
) -> None:
    record = outside(inside(catalog, now, RESEARCH), now, fingerprint=fingerprint, door=door)
    assert next_in_research(catalog, record, now + timedelta(days=days)) == following


def test_somebody_disabled_has_nothing_from_any_group(catalog: Catalog, now: datetime) -> None:
    told = explain(catalog, replace(inside(catalog, now, RESEARCH), disabled_at=now), SURROUNDINGS, now=now)
    assert [gift.unused for group in told.groups for gift in group.gives] == ["the person is disabled"]
    assert not told.enabled


def test_a_domain_that_left_the_catalog_is_left_alone(catalog: Catalog, now: datetime) -> None:
    record = inside(catalog, now, RESEARCH)
    old = replace(record, bindings={"attic": replace(record.bindings["research"], domain="attic")})
    told = {each.domain: each.next for each in explain(catalog, old, SURROUNDINGS, now=now).domains}
    assert told["attic"] == "nothing: the catalog does not have this domain any more"


# -- who is meant ---------------------------------------------------------------------------------


def test_a_login_id_that_was_given_again_shows_both_holders(account: Account, catalog: Catalog, now: datetime) -> None:
    met(account)
    kept(account, inside(catalog, now, RESEARCH))
    met(account, guid="b2")
    told = json.loads(account.types("explain", "amara.okafor", "--json").output)
    assert [each["person"]["id"] for each in told] == ["guid:b2", "guid:a1"]


def test_nobody_is_said_with_what_was_tried(account: Account) -> None:
    result = account.types("explain", "nobody")
    assert result.exit_code == 1
    assert "nobody is known by the login id 'nobody'; tried name:corp.example.com/nobody and" in result.output


@pytest.mark.parametrize("asked", ["guid:FF", "sid:S-1-5-21", "vendor:00u1"])
def test_an_unknown_id_is_said_as_it_was_looked_for(account: Account, asked: str) -> None:
    result = account.types("explain", asked)
    expected = asked if asked.startswith("vendor") else asked.lower()
    assert result.output == f"Error: nobody is known as {expected}: no event and no reading has named that id\n"
