"""Who is meant: from whatever ids a source gives to the one person or group that they belong to.

The ledger keeps an alias for every key ever seen. A strong key (GUID, SID, vendor id) belongs to one owner for
ever. A name may be given to somebody else: when it comes with a strong key that contradicts the ones known for
its owner, a new owner begins, one generation later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concierge.model import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A key's owner, with all strong keys known for that owner when the alias was last written."""

    key: str
    owner: str
    generation: int = 0
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasWrite:
    """An alias to write, on condition that the key still is as it was read (`replaces` None: absent)."""

    alias: Alias
    replaces: Alias | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Whose keys these are, and the aliases to write so that the next event finds the same answer."""

    owner: str
    generation: int
    writes: tuple[AliasWrite, ...]


def resolve(identity: Identity, found: Mapping[str, Alias], *, namespace: str = "") -> Resolution:
    """Pure. `found` holds the aliases that exist for the identity's keys; raises ValueError if it has no key.

    namespace: put before every key, so that a group and a person of the same name do not meet.
    """
    if not identity.keys:
        raise ValueError("an identity without any key cannot be resolved")
    keys = tuple(namespace + key for key in identity.keys)
    strong = frozenset(identity.strong_keys)
    holder = next((found[key] for key in keys if key in found), None)
    if holder is None:
        owner, generation, known = keys[0], 0, strong
    elif _contradicts(strong, holder.known):
        owner, generation, known = keys[0], holder.generation + 1, strong
    else:
        owner, generation, known = holder.owner, holder.generation, holder.known | strong
    wanted = (Alias(key=key, owner=owner, generation=generation, known=known) for key in keys)
    writes = tuple(
        AliasWrite(alias=alias, replaces=found.get(alias.key))
        for alias in wanted
        if not _covers(found.get(alias.key), alias)
    )
    return Resolution(owner=owner, generation=generation, writes=writes)


def _contradicts(strong: frozenset[str], known: frozenset[str]) -> bool:
    kinds = {key.partition(":")[0] for key in known}
    return any(key not in known and key.partition(":")[0] in kinds for key in strong)


def _covers(existing: Alias | None, wanted: Alias) -> bool:
    if existing is None:
        return False
    return existing.owner == wanted.owner and existing.known >= wanted.known
