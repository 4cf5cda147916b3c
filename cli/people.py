"""Who an administrator means: a login id or an immutable id -> the ledger's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import click

from cli.deployment import Deployment
from concierge.catalog.model import Catalog
from concierge.directory.identity import Alias
from concierge.model import Identity, Person, PersonRecord, ProfileBinding
from concierge.names import canonical_login, folded

_ID_KINDS = ("guid", "sid", "vendor", "name")


class Aliases(Protocol):
    """Who is who."""

    def find(self, keys: Iterable[str]) -> Mapping[str, Alias]:
        """The aliases that exist, by key."""


class Ledger(Protocol):
    """What is known about people."""

    def record(self, person: Person) -> PersonRecord:
        """All that is known about one person."""

    def bindings_of_login(self, login: str) -> tuple[ProfileBinding, ...]:
        """Everything that a login id has."""


class NobodyFound(LookupError):
    """Nobody is known by what was asked for; the message says what was tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Everything that finding people needs."""

    catalog: Catalog
    aliases: Aliases
    ledger: Ledger

    def find(self, asked: str) -> tuple[PersonRecord, ...]:
        """Everybody who is meant: several where a login id has had several holders; raises NobodyFound.

        asked: a login id, or an id such as guid:…, sid:…, vendor:… or name:<directory>/<login>.
        """
        kind, colon, value = asked.strip().partition(":")
        if colon and folded(kind) in _ID_KINDS:
            return self._by_id(folded(kind), value)
        return self._by_login(asked)

    def _by_id(self, kind: str, value: str) -> tuple[PersonRecord, ...]:
        key = f"{kind}:{value.strip() if kind == 'vendor' else folded(value.strip())}"
        alias = self.aliases.find([key]).get(key)
        record = self.ledger.record(_person(key, "") if alias is None else _person(alias.owner, alias.name))
        if alias is None and not record.is_known:
            raise NobodyFound(f"nobody is known as {key}: no event and no reading has named that id")
        return (record,)

    def _by_login(self, asked: str) -> tuple[PersonRecord, ...]:
        login = canonical_login(asked)
        keys = tuple(
            key for each in self.catalog.directories for key in Identity(directory=each.name, account_name=login).keys
        )
        people = {alias.owner: _person(alias.owner, alias.name) for alias in self.aliases.find(keys).values()}
        for binding in self.ledger.bindings_of_login(login) if login else ():
            people.setdefault(binding.person_id, _person(binding.person_id, binding.login))
        if not people:
            tried = ", ".join(keys) or "nothing"
            raise NobodyFound(
                f"nobody is known by the login id {asked!r}; tried {tried} and the profiles of that login. "
                "By another id: guid:…, sid:… or vendor:…"
            )
        return tuple(self.ledger.record(person) for person in people.values())


def _person(person_id: str, login: str) -> Person:
    return Person(id=person_id, login=login, directory="")


def found(deployment: Deployment, catalog: Catalog, asked: str) -> tuple[PersonRecord, ...]:
    """As `Register.find` in the deployment; raises ClickException."""
    register = Register(catalog=catalog, aliases=deployment.aliases(), ledger=deployment.ledger())
    try:
        return register.find(asked)
    except NobodyFound as error:
        raise click.ClickException(str(error)) from error
