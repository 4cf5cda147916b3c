"""Why somebody has, or does not have, access: pure, from the catalog and the ledger's record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.catalog.model import Catalog, Grant
from concierge.directory.memberships import present_groups
from concierge.holds import HeldRemoval, HoldStatus, RemovalKind
from concierge.model import Door, Membership, Person, PersonRecord, ProfileBinding
from concierge.onboarding.desired import Access, Surroundings, desired_access
from concierge.onboarding.exit import is_reached
from concierge.onboarding.leaving import domains_to_leave
from concierge.onboarding.removal import is_due


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """What one line of studio.yaml gives to members of a group; `unused` says why it does not count, "" if it does."""

    domain: str
    persona: str
    line: int
    unused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSaid:
    """The last word about one group."""

    group: str
    id: str
    present: bool
    since: datetime
    gives: tuple[Gift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainSaid:
    """What somebody has in a domain, and what the next look at them would do.

    deleted_after: when the grace period of a closed door ends.
    """

    domain: str
    door: Door | None
    profile: str
    role: str
    persona: str
    since: datetime | None
    closed_at: datetime | None
    deleted_after: datetime | None
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything about one person; `known_since` is the earliest word that is still kept."""

    person: Person
    known_since: datetime | None
    enabled: bool
    disabled_at: datetime | None
    enabled_at: datetime | None
    groups: tuple[GroupSaid, ...]
    domains: tuple[DomainSaid, ...]
    held: HeldRemoval | None
    held_groups: tuple[str, ...]


def explain(catalog: Catalog, record: PersonRecord, surroundings: Surroundings, *, now: datetime) -> Explanation:
    """What the ledger and the catalog say about one person; AWS is not asked."""
    accesses = {each.domain.name: each for each in desired_access(catalog, record, surroundings)}
    names = sorted({*accesses, *record.bindings, *domains_to_leave(catalog, record)})
    held = record.held
    return Explanation(
        person=record.person,
        known_since=min(_times(record), default=None),
        enabled=record.is_enabled,
        disabled_at=record.disabled_at,
        enabled_at=record.enabled_at,
        groups=tuple(
            _group(catalog, record, each) for each in sorted(record.memberships.values(), key=lambda each: each.group)
        ),
        domains=tuple(_domain(catalog, record, name, accesses.get(name), now) for name in names),
        held=held,
        held_groups=tuple(
            record.memberships[group_id].group if group_id in record.memberships else group_id
            for group_id in (held.group_ids if held else ())
        ),
    )


def _times(record: PersonRecord) -> Iterator[datetime]:
    yield from (each.occurred_at for each in record.memberships.values())
    yield from (each.since for each in record.bindings.values())
    yield from (each for each in (record.person.named_at, record.disabled_at, record.enabled_at) if each is not None)


def _group(catalog: Catalog, record: PersonRecord, word: Membership) -> GroupSaid:
    winners = {grant.domain.name: grant for grant in catalog.grants(present_groups(record))}
    gives = []
    for binding in catalog.bindings:
        grant = catalog.given_by(binding, word.group)
        if grant is None:
            continue
        unused = _unused(catalog, record, word, grant, winners.get(grant.domain.name))
        gives.append(Gift(domain=grant.domain.name, persona=grant.persona.name, line=binding.line, unused=unused))
    return GroupSaid(
        group=word.group, id=word.group_id, present=word.present, since=word.occurred_at, gives=tuple(gives)
    )


def _unused(catalog: Catalog, record: PersonRecord, word: Membership, grant: Grant, winner: Grant | None) -> str:
    if not word.present:
        return "left the group"
    if not record.is_enabled:
        return "the person is disabled"
    if winner is None or winner == grant:
        return ""
    line = next(each.line for each in catalog.bindings if catalog.given_by(each, winner.group) == winner)
    return f"{winner.group} comes first, line {line}"


def _domain(catalog: Catalog, record: PersonRecord, name: str, access: Access | None, now: datetime) -> DomainSaid:
    binding = record.bindings.get(name)
    grace = timedelta(days=catalog.grace_days)
    closed_at = binding.closed_at if binding else None
    if name not in {each.name for each in catalog.domains}:
        following = "nothing: the catalog does not have this domain any more"
    elif access is not None:
        following = _for_member(access, binding)
    else:
        following = _for_leaver(record, binding, grace, now)
    return DomainSaid(
        domain=name,
        door=binding.door if binding else None,
        profile=binding.profile if binding else access.profile if access else "",
        role=binding.role if binding else access.role.name if access else "",
        persona=access.persona if access else binding.persona if binding else "",
        since=binding.since if binding else None,
        closed_at=closed_at,
        deleted_after=closed_at + grace if binding and closed_at and binding.door is Door.CLOSED else None,
        next=following,
    )


def _for_member(access: Access, binding: ProfileBinding | None) -> str:
    if is_reached(binding, Door.OPEN, access.fingerprint):
        return "nothing: all is as the catalog says"
    if binding is not None and binding.door is Door.OPEN:
        return f"brought to what the catalog says now: persona {access.persona}, by {access.group}"
    return f"let in as {access.persona}, by {access.group}"


def _for_leaver(record: PersonRecord, binding: ProfileBinding | None, grace: timedelta, now: datetime) -> str:
    if binding is None:
        return "looked for what a former group may have given, and closed if there is anything"
    match binding.door:
        case Door.OPEN:
            hold_id = waits_under(record)
            waiting = f"nothing until an administrator decides on hold {hold_id}"
            return waiting if hold_id else "the door is closed, unless too many people leave at once"
        case Door.REMOVED:
            return "nothing: all but home data is deleted"
        case Door.CLOSED if is_due(binding, grace=grace, now=now):
            return "profile, spaces and role are deleted, home data stays: the grace period is over"
        case Door.CLOSED if not binding.fingerprint:
            return "what still runs is stopped"
    return "nothing until the grace period ends"


def waits_under(record: PersonRecord) -> str:
    """The hold that keeps the person's doors open for now, "" if none does."""
    kind = RemovalKind.LEFT if record.is_enabled else RemovalKind.DISABLED
    held = record.held
    return held.hold_id if held and held.status is HoldStatus.PENDING and held.kind is kind else ""
