"""What a directory itself says, group by group, when it is asked instead of listened to.

A success with no data is not an empty group: a group that was not read completely carries a problem, and then says
nothing about who is not in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from concierge.catalog.model import Catalog
from concierge.catalog.patterns import placeholders, with_placeholders
from concierge.model import Identity
from concierge.names import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A group, or a family of groups, that the catalog's bindings name.

    id:   GUID, SID or vendor id by which it must be found; empty if nobody knows it yet.
    name: its name; may hold `*` for any text, and then stands for all groups of such names.
    """

    name: str
    id: str = ""

    @property
    def is_family(self) -> bool:
        """Whether it stands for all groups of a pattern."""
        return "*" in self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person of a group, directly, through a group inside it, or as their primary group."""

    person: Identity
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRead:
    """One group as it was read; `problem` says why it does not count as read completely, empty if it does."""

    group: Identity
    members: tuple[Member, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All wanted groups of one directory.

    started_at: before the first question, so that what happens during the reading is later.
    missing:    wanted groups that the directory does not have, or does not show.
    problem:    why nothing here counts as read completely, empty if the groups speak for themselves.
    """

    directory: str
    started_at: datetime
    groups: tuple[GroupRead, ...] = ()
    missing: tuple[Wanted, ...] = ()
    problem: str = ""


class DirectorySource(Protocol):
    """A directory that can be asked for whole groups."""

    def snapshot(self, wanted: Sequence[Wanted], *, canary: str | None, now: datetime) -> Snapshot:
        """Reads the wanted groups with all their members.

        canary: login id of an account that is in every group; its absence is a group's problem.
        Never raises for what the directory refuses or cannot do: that is a problem of the group or of the snapshot.
        """


def wanted_groups(catalog: Catalog) -> tuple[Wanted, ...]:
    """What the bindings name, each once: groups by id where they give one, patterns as families."""
    found: dict[tuple[str, str], Wanted] = {}
    for binding in catalog.bindings:
        if binding.group is not None:
            each = Wanted(name=binding.group, id=binding.group_id or "")
        else:
            pattern = binding.pattern or ""
            each = Wanted(name=with_placeholders(pattern, lambda _: "*") if placeholders(pattern) else pattern)
        found.setdefault((folded(each.name), folded(each.id)), each)
    return tuple(found.values())
