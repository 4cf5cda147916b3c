"""What a nightly capability is: it looks at a target, and carries out the changes of its own plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from concierge import safeguards
from concierge.catalog.model import Domain
from concierge.errors import AwsError
from concierge.model import App
from concierge.night.request import Target
from concierge.plan import Change, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a room found in a domain, or in what belongs to no domain alone; large ones come in slices.

    part:       the domain's name, or another name for what was looked at ("jobs").
    population: how many things of the kind that the plan removes exist, for the safeguards.
    counts:     what the summary should say besides, such as {"keep": 12}; slices of one part add up.
    error:      why the part could not be looked at; the plan is what could be made in spite of it.
    is_last:    whether the part has no further slice.
    """

    part: str
    plan: Plan
    population: int
    counts: Mapping[str, int] = field(default_factory=dict)
    error: AwsError | None = None
    is_last: bool = True


class Room(Protocol):
    """A nightly capability."""

    capability: ClassVar[str]
    limits: ClassVar[safeguards.Limits]

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:
        """Observes and plans; writes nothing of its own. A part that cannot be read is a Survey with an error.

        Raises AwsError if nothing of the target can be read. The next survey is asked for once the plan of the one
        before has been carried out.
        """

    def perform(self, change: Change) -> None:
        """Carries out one change; safe to repeat, and from several threads at once. Raises AwsError."""

    def kept(self, change: Change) -> Mapping[str, Any] | None:
        """What the report wants to know of a change that was carried out, as JSON; None if nothing."""

    def close(self, target: Target) -> None:
        """What the next run should know, such as rates that were learnt; raises AwsError."""


def each_domain(target: Target, look: Callable[[Domain], Survey]) -> Iterator[Survey]:
    """A Survey for each domain; one that cannot be read has the error, and keeps no other from its turn."""
    for domain in target.domains:
        try:
            yield look(domain)
        except AwsError as error:
            yield Survey(part=domain.name, plan=Plan(scope=scope(domain)), population=0, error=error)


def scope(domain: Domain) -> str:
    """The scope of every plan for a whole domain."""
    return f"domain {domain.name}"


def owner_of(app: App, owners: Mapping[str, str | None]) -> str | None:
    """The profile that an app belongs to: the one that runs it, or the owner of the private space that does.

    owners: profile by space; None for a shared space.
    """
    return owners.get(app.space) if app.space is not None else app.profile
