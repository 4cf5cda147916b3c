"""Whose an app is: the one question between what Studio lists and what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from concierge.catalog.model import Catalog
from concierge.idle.ports import Ledger, Studio
from concierge.model import App, ProfileBinding
from concierge.names import space_name
from concierge.night.room import owner_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """Our people's apps, each with its owner's binding, and everybody else's."""

    ours: tuple[tuple[App, ProfileBinding], ...]
    foreign: tuple[App, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Reads a domain's bindings one by one and keeps those whose people run something.

    A space that onboarding made for somebody has a name that nobody else's has (names.space_name), so it needs no
    further question. Only if an app runs in another space are the domain's spaces listed.
    """

    catalog: Catalog
    ledger: Ledger
    studio: Studio

    def divide(self, apps: tuple[App, ...], domain: str, domain_id: str) -> Divided:
        """`domain` is the catalog's name. Raises AwsError."""
        spaces = {app.space for app in apps if app.space is not None}
        owners: dict[str, str | None] = {}
        bound: dict[str, ProfileBinding] = {}
        running = {app.profile for app in apps if app.profile is not None}
        for binding in self.ledger.each_binding_in_domain(domain):
            made = {name: binding.profile for name in self._made_for(binding) if name in spaces}
            owners.update(made)
            if made or binding.profile in running:
                bound[binding.profile] = binding
        if spaces - owners.keys():
            owners = {space.name: space.owner for space in self.studio.spaces(domain_id)}
            found = {owner_of(app, owners) for app in apps}
            bound = {each.profile: each for each in self.ledger.each_binding_in_domain(domain) if each.profile in found}
        return _divided(apps, owners, bound)

    def _made_for(self, binding: ProfileBinding) -> Iterator[str]:
        for persona in self.catalog.personas:
            if persona.name == binding.persona:
                yield from (space_name(binding.profile, each.name) for each in persona.spaces)


def _divided(apps: Iterable[App], owners: Mapping[str, str | None], bound: Mapping[str, ProfileBinding]) -> Divided:
    ours: list[tuple[App, ProfileBinding]] = []
    foreign: list[App] = []
    for app in apps:
        binding = bound.get(owner_of(app, owners) or "")
        if binding is None:
            foreign.append(app)
        else:
            ours.append((app, binding))
    return Divided(ours=tuple(ours), foreign=tuple(foreign))
