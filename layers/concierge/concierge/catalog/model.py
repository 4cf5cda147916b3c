"""The catalog: which group gives which persona in which domain. Frozen values and pure lookups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from concierge.catalog.directories import Directory, IdentityStore, Ldap, LoginId
from concierge.catalog.logins import JustInTime, Landing, LoginRules, WhileHeld
from concierge.catalog.night import Calendar, IdleLimits, NativeIdle, NightRules, Prices, Weekday
from concierge.catalog.patterns import group_pattern, with_placeholders
from concierge.catalog.removals import Removals
from concierge.errors import CatalogError
from concierge.model import AppType
from concierge.names import folded

__all__ = [
    "Binding",
    "Calendar",
    "Catalog",
    "Directory",
    "Domain",
    "Grant",
    "IdentityStore",
    "IdleLimits",
    "JustInTime",
    "Landing",
    "Ldap",
    "LifecycleConfig",
    "LoginId",
    "LoginRules",
    "NativeIdle",
    "NightRules",
    "Persona",
    "Prices",
    "Removals",
    "RoleScope",
    "SpaceTemplate",
    "Weekday",
    "WhileHeld",
]


class RoleScope(StrEnum):
    """Who shares an execution role."""

    USER = "user"
    TEAM = "team"
    PERSONA = "persona"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A Studio domain that exists already. idle: Studio's own settings that hold at the domain; None leaves them."""

    name: str
    account: str
    region: str
    domain_id: str
    spoke_role: str | None = None
    external_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    idle: NativeIdle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleConfig:
    """A lifecycle configuration script; LF line ends."""

    name: str
    app_type: AppType
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceTemplate:
    """A private space that everybody of a persona gets; storage in GB."""

    name: str
    app_type: AppType
    instance_type: str
    storage_gb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A job: what people of this kind may do, and what they find in Studio."""

    name: str
    role_scope: RoleScope
    managed_policies: tuple[str, ...] = ()
    inline_policy: str | None = None
    lifecycle_configs: tuple[str, ...] = ()
    spaces: tuple[SpaceTemplate, ...] = ()
    idle: IdleLimits = field(default_factory=IdleLimits)
    instance_types: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    session_minutes: int = 480
    landings: tuple[Landing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A group, by name or pattern, and what it gives; `line` is its place in studio.yaml."""

    group: str | None = None
    pattern: str | None = None
    group_id: str | None = None
    domain: str | None = None
    persona: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one group gives.

    group: as studio.yaml spells it, so that it does not change with the case in which an event named the group.
    """

    domain: Domain
    persona: Persona
    tags: Mapping[str, str]
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything that studio.yaml says.

    grace_days: days between closing somebody's door and deleting what they have.
    digest:     SHA-256 of the compiled form, in hex.
    """

    version: int
    directories: tuple[Directory, ...]
    domains: tuple[Domain, ...]
    personas: tuple[Persona, ...]
    lifecycle_configs: tuple[LifecycleConfig, ...]
    bindings: tuple[Binding, ...]
    digest: str
    grace_days: int = 30
    removals: Removals = field(default_factory=Removals)
    login: LoginRules = field(default_factory=LoginRules)
    calendars: tuple[Calendar, ...] = ()
    night: NightRules = field(default_factory=NightRules)

    def directory(self, name: str) -> Directory | None:
        """The directory of that name or id, compared without case."""
        wanted = folded(name)
        for each in self.directories:
            store = (each.identity_store.id,) if each.identity_store else ()
            if wanted in {folded(each.name), *map(folded, (*each.ids, *store))}:
                return each
        return None

    def domain(self, name: str) -> Domain:
        """Raises CatalogError if there is none of that name."""
        return _named(self.domains, name, "domain")

    def persona(self, name: str) -> Persona:
        """Raises CatalogError if there is none of that name."""
        return _named(self.personas, name, "persona")

    def lifecycle_config(self, name: str) -> LifecycleConfig:
        """Raises CatalogError if there is none of that name."""
        return _named(self.lifecycle_configs, name, "lifecycle configuration")

    def calendar(self, name: str) -> Calendar:
        """Raises CatalogError if there is none of that name."""
        return _named(self.calendars, name, "calendar")

    def knows_group(self, name: str) -> bool:
        """Whether any binding names this group."""
        return any(self.given_by(binding, name) is not None for binding in self.bindings)

    def grants(self, groups: Iterable[str]) -> tuple[Grant, ...]:
        """What membership of these groups gives: at most one grant a domain, in the catalog's order of domains.

        Where several groups give the same domain, the binding that comes first in the file wins; where one pattern
        gives several personas, the persona that comes first. Order, duplicates and case of the groups do not matter.
        """
        names = sorted({folded(group) for group in groups})
        rank = {persona.name: index for index, persona in enumerate(self.personas)}
        best: dict[str, Grant] = {}
        for binding in self.bindings:
            given = self._given(binding, names)
            for grant in sorted(given, key=lambda each: rank[each.persona.name]):
                best.setdefault(grant.domain.name, grant)
        return tuple(best[each.name] for each in self.domains if each.name in best)

    def given_by(self, binding: Binding, group: str) -> Grant | None:
        """What this one binding gives to members of the group, or None if it does not speak of it."""
        return next(self._given(binding, [folded(group)]), None)

    def _given(self, binding: Binding, names: list[str]) -> Iterator[Grant]:
        """One grant for each of the folded names that the binding speaks of, in the order of the names."""
        for named in self._readings(binding, names):
            domain = self._domain_of(binding, named)
            persona = binding.persona or named.get("persona")
            if domain is None or persona is None:
                continue
            team = {"team": named["team"]} if "team" in named else {}
            group = binding.group or with_placeholders(binding.pattern or "", named.__getitem__)
            yield Grant(domain=domain, persona=self.persona(persona), tags={**team, **binding.tags}, group=group)

    def _readings(self, binding: Binding, names: list[str]) -> Iterator[Mapping[str, str]]:
        """What the fitting names say by the binding's placeholders; nothing, if it names one group."""
        if binding.group is not None:
            if folded(binding.group) in names:
                yield {}
            return
        domains = tuple(each.name for each in self.domains)
        personas = tuple(each.name for each in self.personas)
        expression = group_pattern(binding.pattern or "", domains, personas)
        for name in names:
            if matched := expression.fullmatch(name):
                yield matched.groupdict()

    def _domain_of(self, binding: Binding, named: Mapping[str, str]) -> Domain | None:
        wanted = binding.domain or named.get("domain")
        account = named.get("account")
        fitting = (
            each
            for each in self.domains
            if (wanted is None or each.name == wanted) and (account is None or each.account == account)
        )
        return next(fitting, None)


_Named = TypeVar("_Named", Domain, Persona, LifecycleConfig, Calendar)


def _named(items: Iterable[_Named], name: str, what: str) -> _Named:
    for each in items:
        if each.name == name:
            return each
    raise CatalogError(f"the catalog has no {what} {name!r}")
