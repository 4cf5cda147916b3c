"""Who is meant: from whatever ids a source gives to the one person or group that they belong to.

The ledger keeps an alias for every key ever seen. A strong key (GUID, SID, vendor id) belongs to one owner for
ever. A name may be given to somebody else: when it comes with a strong key that contradicts the ones known for
its owner, a new owner begins, one generation later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from concierge.model import Identity

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A key's owner, with what was known of that owner when the alias was last written.

    known:            all strong keys.
    name, first_name: of a person the login id, now and when they were first seen; of a group its name.
    named_at:         when the directory gave `name`; None if it came without a time.
    former:           the owner that this one's name was taken over from, "" if from nobody.
    """

    key: str
    owner: str
    generation: int = 0
    known: frozenset[str] = frozenset()
    name: str = ""
    first_name: str = ""
    named_at: datetime | None = None
    former: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasWrite:
    """An alias to write, on condition that the key still is as it was read (`replaces` None: absent)."""

    alias: Alias
    replaces: Alias | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whose keys these are, and the aliases to write so that the next event finds the same answer."""

    holder: Alias
    writes: tuple[AliasWrite, ...]

    @property
    def owner(self) -> str:
        """The immutable id of the person or group."""
        return self.holder.owner


def known_holder(identity: Identity, found: Mapping[str, Alias], *, namespace: str = "") -> Alias | None:
    """The owner of the identity's strongest key that anybody has seen; None for a stranger, or a name's next owner."""
    keys = (namespace + key for key in identity.keys)
    holder = next((found[key] for key in keys if key in found), None)
    if holder is None or _contradicts(frozenset(identity.strong_keys), holder.known):
        return None
    return holder


def resolve(
    identity: Identity, found: Mapping[str, Alias], *, name: str, at: datetime | None, namespace: str = ""
) -> Resolution:
    """Pure. `found` holds the aliases that exist for the identity's keys; raises ValueError if it has no key.

    name, at:  the login id or group name that the source gives, "" if it gives none, and when.
    namespace: put before every key, so that a group and a person of the same name do not meet.
    """
    if not identity.keys:
        raise ValueError("an identity without any key cannot be resolved")
    keys = tuple(namespace + key for key in identity.keys)
    strong = frozenset(identity.strong_keys)
    former = next((found[key] for key in keys if key in found), None)
    holder = known_holder(identity, found, namespace=namespace)
    if holder is None:
        holder = Alias(key=keys[0], owner=keys[0])
        if former is not None:
            holder = replace(holder, generation=former.generation + 1, former=former.owner)
    else:
        holder = _latest_named(each for each in found.values() if each.owner == holder.owner)
    now = _named(replace(holder, known=holder.known | strong), name, at)
    writes = tuple(
        AliasWrite(alias=replace(now, key=key), replaces=found.get(key))
        for key in keys
        if not _covers(found.get(key), now)
    )
    return Resolution(holder=now, writes=writes)


def _named(alias: Alias, name: str, at: datetime | None) -> Alias:
    """The alias with the name, if it is news: a late event must not bring a former name back."""
    if not name or name == alias.name:
        return alias
    if alias.name and alias.named_at is not None and (at is None or at <= alias.named_at):
        return alias
    return replace(alias, name=name, named_at=at, first_name=alias.first_name or name)


def _latest_named(aliases: Iterable[Alias]) -> Alias:
    """Aliases of one owner are written at different times; the name that was given last is the owner's."""
    return max(aliases, key=lambda each: (each.named_at is not None, each.named_at or _NEVER, each.key))


def _contradicts(strong: frozenset[str], known: frozenset[str]) -> bool:
    kinds = {key.partition(":")[0] for key in known}
    return any(key not in known and key.partition(":")[0] in kinds for key in strong)


def _covers(existing: Alias | None, wanted: Alias) -> bool:
    if existing is None:
        return False
    same = (existing.owner, existing.name) == (wanted.owner, wanted.name)
    return same and existing.known >= wanted.known
