"""Who has what in a domain, and which tags that gives: a ledger of thousands, held in little memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from concierge.model import LOGIN_TAG, OWNERSHIP_TAG, PERSON_TAG, Door, ProfileBinding
from concierge.tags.model import Kind

_PERSONAL = frozenset({LOGIN_TAG, PERSON_TAG})


@dataclass(slots=True)
class Owner:
    """Somebody's binding as far as tags go.

    keys, values: of the binding's tags; the keys and most values are the same objects for many people.
    is_indexed:   whether the tagging index has named the profile.
    is_listed:    whether Studio's list has.
    """

    login: str
    keys: tuple[str, ...]
    values: tuple[str, ...]
    is_open: bool
    is_indexed: bool = False
    is_listed: bool = False

    def due(self, kind: Kind) -> Mapping[str, str]:
        """The binding's tags; without the ownership tag for all but profiles.

        That tag says "made here", and what carries it may be removed one day. People make everything else
        themselves, so this gets the tags that say whose it is and who pays, and keeps an ownership tag that it was
        born with.
        """
        pairs = zip(self.keys, self.values, strict=True)
        return {key: value for key, value in pairs if key != OWNERSHIP_TAG or kind is Kind.PROFILE}

    @property
    def rank(self) -> tuple[bool, str, tuple[str, ...], tuple[str, ...]]:
        """Of two bindings that name one profile, which no two should, the higher counts, whichever comes first."""
        return self.is_open, self.login, self.keys, self.values


class Owners:
    """The owners in a domain, by profile."""

    def __init__(self, bindings: Iterable[ProfileBinding]) -> None:
        self._by_profile: dict[str, Owner] = {}
        shapes: dict[tuple[str, ...], tuple[str, ...]] = {}
        values: dict[str, str] = {}
        for binding in bindings:
            owner = _compact(binding, shapes, values)
            known = self._by_profile.get(binding.profile)
            if known is None or owner.rank > known.rank:
                self._by_profile[binding.profile] = owner

    def of(self, profile: str) -> Owner | None:
        """By the profile's name in any case: names of ours are in lower case, and AWS does not always keep it."""
        return self._by_profile.get(profile.lower())

    def never_tagged(self) -> Iterator[tuple[str, Owner]]:
        """The profiles that exist, and that the index does not name."""
        return ((name, each) for name, each in self._by_profile.items() if each.is_listed and not each.is_indexed)

    def is_any_unnamed(self) -> bool:
        """Whether the index has not named somebody's profile."""
        return not all(each.is_indexed for each in self._by_profile.values())


def _compact(binding: ProfileBinding, shapes: dict[tuple[str, ...], tuple[str, ...]], values: dict[str, str]) -> Owner:
    keys = tuple(sorted(binding.tags))
    return Owner(
        login=binding.tags.get(LOGIN_TAG, binding.login),
        keys=shapes.setdefault(keys, keys),
        values=tuple(
            binding.tags[key] if key in _PERSONAL else values.setdefault(binding.tags[key], binding.tags[key])
            for key in keys
        ),
        is_open=binding.door is Door.OPEN,
    )
