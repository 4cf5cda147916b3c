"""Judgements -> changes of up to twenty resources that get equal tags, as one call writes them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from concierge.catalog.model import Domain
from concierge.plan import Change
from concierge.tags.judgement import Judgement
from concierge.tags.model import Kind, ResourceTags

AT_ONCE = 20  # ARNs of one TagResources (API reference)
_MOST_WAITING = 2_000  # resources that wait for others with equal tags: a few megabytes
_LONGEST_REASON = 8_000  # characters: ten such events are one PutEvents of at most 256 KB
_ORDER = tuple(Kind)

_Group = tuple[Kind, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTags(Change):
    """Adds or replaces the same tags of up to twenty resources.

    replaced: how many of them lose a value that was there.
    """

    domain: Domain
    kind: Kind
    arns: tuple[str, ...]
    tags: Mapping[str, str]
    replaced: int = 0

    @property
    def weight(self) -> int:
        """Against the limit count values that are lost. Filling in what is missing harms nobody."""
        return self.replaced


@dataclass(frozen=True, slots=True)
class _Member:
    arn: str
    name: str
    why: str
    person: str
    replaces: bool


class Groups:
    """What is to be mended in a domain, put together until twenty are equal."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._open: dict[_Group, list[_Member]] = {}
        self._full: list[SetTags] = []
        self._waiting = 0

    def add(self, resource: ResourceTags, judgement: Judgement, person: str) -> None:
        """A resource whose judgement has tags; `person` is its owner's login, empty if it has none."""
        group = (resource.kind, tuple(sorted(judgement.tags.items())))
        members = self._open.setdefault(group, [])
        members.append(_Member(resource.arn, resource.name, judgement.why, person, judgement.replaces))
        self._waiting += 1
        if len(members) == AT_ONCE:
            self._close(group)
        elif self._waiting >= _MOST_WAITING:
            self.close()

    def close(self) -> None:
        """No more equal ones are to be expected."""
        for group in list(self._open):
            self._close(group)

    def take(self) -> tuple[SetTags, ...]:
        """What is ready to be written, once, by kind and ARN."""
        taken, self._full = self._full, []
        return tuple(sorted(taken, key=lambda each: (_ORDER.index(each.kind), each.arns)))

    def _close(self, group: _Group) -> None:
        members = self._open.pop(group)
        self._waiting -= len(members)
        self._full.append(_set_tags(self._domain, group, sorted(members, key=lambda each: (each.name, each.arn))))


def in_slices(changes: tuple[SetTags, ...], size: int = 100) -> Iterator[tuple[SetTags, ...]]:
    """At least one, if only an empty one."""
    for start in range(0, max(1, len(changes)), size):
        yield changes[start : start + size]


def _set_tags(domain: Domain, group: _Group, members: list[_Member]) -> SetTags:
    kind, pairs = group
    persons = {each.person for each in members}
    return SetTags(
        subject=subject_of(kind, (each.name for each in members), domain.name),
        reason=_reason(members),
        thread=members[0].arn,
        person=persons.pop() if len(persons) == 1 else "",
        domain=domain,
        kind=kind,
        arns=tuple(each.arn for each in members),
        tags=dict(pairs),
        replaced=sum(each.replaces for each in members),
    )


def subject_of(kind: Kind, names: Iterable[str], where: str) -> str:
    """ "space lab in research", "2 spaces in research: den, lab"."""
    known = list(names)
    if len(known) == 1:
        return f"{kind} {known[0]} in {where}"
    return f"{len(known)} {kind.plural} in {where}: {', '.join(known)}"


def _reason(members: list[_Member]) -> str:
    if len(members) == 1:
        return members[0].why
    reason = "; ".join(f"{each.name}: {each.why}" for each in members)
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
