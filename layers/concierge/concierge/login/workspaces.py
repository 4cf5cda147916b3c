"""What somebody may open now: the ledger and the catalog agree, and nothing waits or was taken away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from concierge.catalog.model import Catalog, Domain, Landing, Persona, WhileHeld
from concierge.errors import LoginRefused
from concierge.holds import HoldStatus
from concierge.login.attested import Attested
from concierge.login.studio_route import HELD, NO_WORKSPACE, Offer
from concierge.model import Door, PersonRecord, ProfileBinding
from concierge.names import folded, space_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A door that is open: where, as what, the profile behind it, and where in Studio it leads."""

    domain: Domain
    persona: Persona
    binding: ProfileBinding
    landing: Landing

    @property
    def key(self) -> str:
        """What it is asked for by: the domain's name, and the landing's if the persona has several."""
        return self.domain.name if len(self.persona.landings) < 2 else f"{self.domain.name}/{self.landing.name}"

    @property
    def space(self) -> str:
        """The person's own space that it opens in; empty for none."""
        return space_name(self.binding.profile, self.landing.space) if self.landing.space else ""

    @property
    def offer(self) -> Offer:
        """As the chooser shows it."""
        return Offer(
            key=self.key,
            domain=self.domain.name,
            persona=self.persona.name,
            account=self.domain.account,
            region=self.domain.region,
            opens=self.landing.opens,
            space=self.landing.space,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """preparing: names of domains that the person is to have, and that are not open yet."""

    open: tuple[Workspace, ...]
    preparing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradictions:
    """What the identity provider says about the catalog's just-in-time groups, and the ledger does not."""

    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def contradictions(catalog: Catalog, record: PersonRecord | None, attested: Attested | None) -> Contradictions:
    """Only groups that the catalog lists count; without an attestation, nothing is contradicted."""
    rules = catalog.login.just_in_time
    if rules is None or attested is None:
        return Contradictions()
    said, known = {folded(each) for each in attested.groups}, _groups(record)
    return Contradictions(
        joined=tuple(each for each in rules.groups if folded(each) in said - known),
        left=tuple(each for each in rules.groups if folded(each) in known - said),
    )


def entrance(catalog: Catalog, record: PersonRecord | None, news: Contradictions) -> Entrance:
    """What is open and what is being prepared; raises LoginRefused for somebody who may not enter at all.

    record: None for somebody whom the ledger has not met.
    """
    if record is None:
        return Entrance(open=(), preparing=_granted(catalog, news.joined))
    if record.held is not None and record.held.status is HoldStatus.PENDING:
        if catalog.login.while_held is WhileHeld.REFUSE:
            raise LoginRefused(HELD, f"the person's removal waits for a decision about {record.held.hold_id}")
        return Entrance(open=tuple(_open(catalog, record, None)), preparing=())
    if not record.is_enabled:
        raise LoginRefused(NO_WORKSPACE, "the directory says that the person is disabled")
    left = {folded(each) for each in news.left}
    groups = (_groups(record) - left) | {folded(each) for each in news.joined}
    granted = _granted(catalog, groups)
    found = tuple(_open(catalog, record, granted))
    ready = {each.domain.name for each in found}
    return Entrance(open=found, preparing=tuple(each for each in granted if each not in ready))


def is_entitled(catalog: Catalog, record: PersonRecord) -> bool:
    """Whether the person has an open door, or groups that give one."""
    has_door = any(each.door is Door.OPEN for each in record.bindings.values())
    return has_door or bool(_granted(catalog, _groups(record)))


def _groups(record: PersonRecord | None) -> set[str]:
    memberships = record.memberships.values() if record else ()
    return {folded(each.group) for each in memberships if each.present}


def _granted(catalog: Catalog, groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(grant.domain.name for grant in catalog.grants(groups))


def _open(catalog: Catalog, record: PersonRecord, granted: Iterable[str] | None) -> Iterator[Workspace]:
    """In the catalog's order; what only the ledger or only the catalog knows is no way in.

    A binding under another login than the person's own is of before a rename: its profile has not followed yet.
    granted: what the person's groups give; None if an administrator has not decided about that yet.
    """
    personas = {persona.name: persona for persona in catalog.personas}
    allowed = None if granted is None else set(granted)
    for domain in catalog.domains:
        binding = record.bindings.get(domain.name)
        if binding is None or binding.door is not Door.OPEN or binding.persona not in personas:
            continue
        if binding.login != record.person.login:
            continue
        if allowed is None or domain.name in allowed:
            persona = personas[binding.persona]
            for landing in persona.landings or (Landing(),):
                yield Workspace(domain=domain, persona=persona, binding=binding, landing=landing)
