"""What is to be done, and why: the one plan that every capability builds.

A capability subclasses `Change` once per kind of step and returns a `Plan` from a pure function of what is
desired, what is observed and the time. Nothing to do is an empty plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step, safe to repeat.

    subject: what it acts on, as an administrator would name it ("profile amara-okafor in research").
    reason:  why, in words that a person can read a year later.
    thread:  changes of one thread run in order and stop at the first that does not succeed;
             threads do not affect one another.
    person:  the login of whom it concerns, so that an auditor or a subscription can pick theirs; empty for several.
    """

    removes: ClassVar[bool] = False  # counted by the safeguards

    subject: str
    reason: str
    thread: str = ""
    person: str = ""

    @property
    def weight(self) -> int:
        """How many changes it counts as for the safeguards: 1, unless it does the same to many things at once."""
        return 1

    @property
    def action(self) -> str:
        """The kind of step in words, from the class name: `CreateRole` -> "create role"."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", type(self).__name__).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something that AWS is still finishing; the plan continues when it is looked at again."""

    subject: str
    reason: str
    after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something seen and deliberately left alone, for the report."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An ordered list of changes for one scope ("person guid:…", "domain research")."""

    scope: str
    changes: tuple[Change, ...] = ()
    waits: tuple[Wait, ...] = ()
    findings: tuple[Finding, ...] = ()

    def __add__(self, other: Plan) -> Plan:
        """Both plans, this one first, under this one's scope."""
        return Plan(
            scope=self.scope,
            changes=self.changes + other.changes,
            waits=self.waits + other.waits,
            findings=self.findings + other.findings,
        )

    @property
    def is_empty(self) -> bool:
        """Whether observed is desired: nothing to change and nothing to wait for."""
        return not self.changes and not self.waits

    @property
    def weight(self) -> int:
        """How many changes it has, as the safeguards count."""
        return sum(change.weight for change in self.changes)

    @property
    def removals(self) -> int:
        """How many changes take something away."""
        return sum(change.removes for change in self.changes)


def few(names: Iterable[str], most: int = 10) -> str:
    """The first names in order, and how many more there are: one finding instead of a thousand."""
    known = sorted(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more
