"""What is told and left alone: one finding for many resources with the same trouble."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping

from concierge.plan import Finding
from concierge.tags.judgement import Judgement
from concierge.tags.model import Kind, ResourceTags

_NAMED = 10  # as `plan.few` names
_ORDER = tuple(Kind)


class Names:
    """How many, and the first ten of them in order, whatever order they come in."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[str] = []

    def add(self, name: str) -> None:
        """One more; each is to be added once."""
        self.count += 1
        insort(self._first, name)
        del self._first[_NAMED:]

    def subject(self, kind: Kind, where: str) -> str:
        """ "space lab in research", "12 spaces in research"."""
        return f"{kind} {self._first[0]} in {where}" if self.count == 1 else f"{self.count} {kind.plural} in {where}"

    def __str__(self) -> str:
        more = f" and {self.count - _NAMED} more" if self.count > _NAMED else ""
        return ", ".join(self._first) + more


class DomainFindings:
    """What is told about a domain."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._problems: dict[tuple[Kind, str], Names] = {}
        self._lacking: dict[tuple[Kind, str], Names] = {}

    def add(self, resource: ResourceTags, judgement: Judgement) -> None:
        """Whatever the judgement does not mend."""
        for problem in judgement.problems:
            self._problems.setdefault((resource.kind, problem), Names()).add(resource.name)
        if judgement.lacking:
            keys = ", ".join(sorted(judgement.lacking))
            self._lacking.setdefault((resource.kind, keys), Names()).add(resource.name)

    def told(self) -> Iterator[Finding]:
        """All of it, in an order that does not depend on when it was seen."""
        yield from self._by_kind(self._problems, "{}")
        yield from self._by_kind(self._lacking, "required tags that nothing here gives are missing ({})")

    def _by_kind(self, found: Mapping[tuple[Kind, str], Names], wording: str) -> Iterator[Finding]:
        for kind, what in sorted(found, key=lambda each: (_ORDER.index(each[0]), each[1])):
            names, reason = found[kind, what], wording.format(what)
            yield Finding(
                subject=names.subject(kind, self._where), reason=reason if names.count == 1 else f"{reason}: {names}"
            )


class AccountFindings:
    """What is told about resources of which nobody can say in which domain they were made, or by whom."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._ownerless: dict[Kind, Names] = {}
        self._untagged: dict[Kind, Names] = {}

    def add_ownerless(self, kind: Kind, name: str) -> None:
        """It has tags, and none of them leads to a person."""
        self._ownerless.setdefault(kind, Names()).add(name)

    def add_untagged(self, kind: Kind, name: str) -> None:
        """It was made lately, and has no tag at all."""
        self._untagged.setdefault(kind, Names()).add(name)

    def told(self, days: int) -> Iterator[Finding]:
        """At most two for each kind; `days` is how long ago lately is."""
        for kind in _ORDER:
            if kind in self._ownerless:
                names = self._ownerless[kind]
                reason = f"no tag says whose they are; left alone: {names}"
                yield Finding(subject=f"{names.count} {kind.plural} in {self._where}", reason=reason)
            if kind in self._untagged:
                names = self._untagged[kind]
                reason = f"made in the last {days} days without any tag, so nobody can say whose they are: {names}"
                yield Finding(subject=f"{names.count} {kind.plural} in {self._where}", reason=reason)
