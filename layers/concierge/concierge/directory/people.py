"""From what a source says about somebody to the one person that they are, with the ledger's aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from concierge.catalog.model import Catalog, Directory, LoginId
from concierge.directory.identity import Alias, Resolution, known_holder, resolve
from concierge.errors import AlreadyExists
from concierge.model import Identity, Person
from concierge.names import canonical_login, folded

_ATTEMPTS = 5  # two events of one new person may race; each loser reads the winner's aliases
_GROUP = "group "  # the namespace of groups


class Aliases(Protocol):
    """The part of the ledger that knows who is who."""

    def find(self, keys: Iterable[str]) -> Mapping[str, Alias]:
        """The aliases that exist, by key."""

    def write(self, resolution: Resolution) -> None:
        """Writes all of the resolution's aliases or none; raises AlreadyExists if one changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is who in one directory; identities are taken under its one name."""

    directory: Directory
    aliases: Aliases

    def prefetched(self, identities: Iterable[Identity]) -> Mapping[str, Alias]:
        """The aliases of many people, for `known` and `person`; a few calls instead of one for each."""
        return self.aliases.find(key for each in identities for key in self.within(each).keys)

    def known(self, identity: Identity, *, found: Mapping[str, Alias] | None = None) -> Person | None:
        """Somebody who was met before, by the strongest key that this source gives; None for a stranger.

        found: as for `person`.
        """
        within = self.within(identity)
        if found is None:
            found = self.aliases.find(within.keys)
        own = _of(within, found)
        holder = known_holder(within, own)
        if holder is None:
            return None
        return self._person(resolve(within, own, name=holder.name, at=None).holder)

    def person(self, identity: Identity, *, at: datetime, found: Mapping[str, Alias] | None = None) -> Person:
        """The person, met now if never before; an unknown login id stays what it was, "" for a stranger.

        found: the aliases of this identity's keys, if somebody has read them already.
        Raises ValueError for an identity without any key.
        """
        within = self.within(identity)
        return self._person(self._settled(within, name=self.login(identity), at=at, namespace="", found=found))

    def group_id(self, group: Identity, name: str, *, at: datetime) -> str:
        """The immutable id of a group, kept from now on."""
        return self.group(group, name, at=at).owner

    def group(self, group: Identity, name: str, *, at: datetime) -> Alias:
        """A group, met now if never before; `former` is the id of another group that had its name."""
        return self._settled(self.within(group), name=name, at=at, namespace=_GROUP, found=None)

    def group_name(self, group: Identity) -> str:
        """The name under which a group was met before, "" if it never was."""
        within = self.within(group)
        holder = known_holder(within, self.aliases.find(_GROUP + key for key in within.keys), namespace=_GROUP)
        return "" if holder is None else holder.name

    def login(self, identity: Identity) -> str:
        """The canonical login id that this source gives, "" if it does not give the one that the directory uses."""
        named = identity.account_name if self.directory.login_id is LoginId.SAM else identity.upn
        return canonical_login(named)

    def within(self, identity: Identity) -> Identity:
        """The identity under the directory's one name, so that `d-9067a1b2c3` and `corp.example.com` agree."""
        return replace(identity, directory=self.directory.name)

    def _settled(
        self, identity: Identity, *, name: str, at: datetime, namespace: str, found: Mapping[str, Alias] | None
    ) -> Alias:
        for _ in range(_ATTEMPTS):
            if found is None:
                found = self.aliases.find(namespace + key for key in identity.keys)
            own = _of(identity, found, namespace)
            resolution = resolve(identity, own, name=name, at=at, namespace=namespace)
            if not resolution.writes:
                return resolution.holder
            try:
                self.aliases.write(resolution)
            except AlreadyExists:
                found = None
                continue
            return resolution.holder
        raise AlreadyExists("alias", "Contention", f"the aliases of {identity.keys[0]} keep changing")

    def _person(self, holder: Alias) -> Person:
        return Person(
            id=holder.owner,
            login=holder.name,
            directory=self.directory.name,
            handle=holder.first_name,
            named_at=holder.named_at,
            generation=holder.generation,
        )


def _of(identity: Identity, found: Mapping[str, Alias], namespace: str = "") -> Mapping[str, Alias]:
    """The identity's own among the aliases of many."""
    return {key: found[key] for each in identity.keys if (key := namespace + each) in found}


def managed_name(catalog: Catalog, group: Identity) -> str:
    """The name by which bindings know a group; "" if they do not, or if it only has the name of a group bound by id.

    A binding's `group_id` counts before its name: whoever may create groups could give one any name.
    """
    ids = {folded(key.partition(":")[2]) for key in group.strong_keys}
    kinds = {_kind(each) for each in ids}
    name = group.account_name
    for binding in catalog.bindings:
        if binding.group is None or binding.group_id is None:
            continue
        if folded(binding.group_id) in ids:
            return binding.group
        if folded(binding.group) == folded(name) and _kind(binding.group_id) in kinds:
            return ""
    return name if name and catalog.knows_group(name) else ""


def _kind(group_id: str) -> str:
    """SIDs and other ids cannot be compared with each other."""
    return "sid" if folded(group_id).startswith("s-1-") else "other"
