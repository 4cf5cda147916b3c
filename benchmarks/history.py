"""Whom a directory puts where: a long history of changes, in the order in which they are heard of."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.model import Person
from local.character import Character

ACCOUNT = "123456789012"
GROUPS = (
    "studio-ml-research",
    "studio-risk-analytics",
    f"SageMaker-{ACCOUNT}-ml-engineer",
    f"SageMaker-{ACCOUNT}-analyst",
)
_DETAIL_TYPES = {
    Kind.ADD: "directory.member.added.v1",
    Kind.REMOVE: "directory.member.removed.v1",
    Kind.DISABLE: "directory.user.disabled.v1",
    Kind.ENABLE: "directory.user.enabled.v1",
}
_WEIGHTS = {Kind.ADD: 9, Kind.REMOVE: 6, Kind.DISABLE: 2, Kind.ENABLE: 3}
_DUPLICATES = 0.1  # of all events
_CONTRADICTIONS = 0.1  # of all events: added and removed at the same time, where the removal counts


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One event about one person."""

    id: str
    who: Character
    kind: Kind
    group: str
    at: datetime

    def event(self, *, told_as: str = "") -> dict[str, object]:
        """The canonical event; `told_as` is another id, under which SQS does not know it for a duplicate."""
        group = {"group": {"sam": self.group}} if self.group else {}
        return {
            "source": "com.example.directory",
            "detail-type": _DETAIL_TYPES[self.kind],
            "detail": {
                "specversion": "1.0",
                "dataversion": "1.0",
                "id": told_as or self.id,
                "occurredat": self.at.isoformat(),
                "directory": self.who.directory,
                "subject": {"guid": self.who.guid, "sam": self.who.login},
                **group,
            },
        }

    def change(self, person: Person) -> PersonChange:
        """What it says, with the group's name for its id."""
        return PersonChange(
            kind=self.kind,
            person=person,
            occurred_at=self.at,
            cause=self.id,
            group_id=self.group,
            group=self.group,
        )


def history(*, people: int, changes: int, seed: int = 1) -> tuple[News, ...]:
    """Events in the order in which they arrive; the same for the same arguments.

    It begins with one person in each group who never leaves: a group without anybody is held as a mass removal.
    """
    chance = random.Random(seed)  # noqa: S311 - a storm, not a secret
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    everybody = [_character(number) for number in range(people)]
    staying = dict(zip((each.guid for each in everybody), GROUPS, strict=False))
    news = [
        News(id=f"storm-{n}", who=who, kind=Kind.ADD, group=staying[who.guid], at=began)
        for n, who in enumerate(everybody[: len(staying)])
    ]
    while len(news) < changes:
        last, at = news[-1], began + timedelta(seconds=len(news))
        lot = chance.random()
        if lot < _DUPLICATES:
            news.append(chance.choice(news))
        elif lot < _DUPLICATES + _CONTRADICTIONS and last.kind is Kind.ADD and last.who.guid not in staying:
            news.append(replace(last, id=f"storm-{len(news)}", kind=Kind.REMOVE))
        else:
            who = chance.choice(everybody)
            kind = Kind.ADD if who.guid in staying else chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
            group = chance.choice(GROUPS) if kind in (Kind.ADD, Kind.REMOVE) else ""
            news.append(News(id=f"storm-{len(news)}", who=who, kind=kind, group=group, at=at))
    first, rest = news[: len(staying)], news[len(staying) :]
    late = sorted((place + chance.uniform(0, 2 * people), place) for place in range(len(rest)))
    return (*first, *(rest[place] for _, place in late))


def _character(number: int) -> Character:
    login = f"person.{number:04}"
    return Character(login=login, guid=str(uuid5(NAMESPACE_DNS, f"{login}.example.com")))
