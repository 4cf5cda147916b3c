"""The tag remediation capability: what our people have carries the tags that they were given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from concierge.catalog.model import Domain
from concierge.night.request import Target
from concierge.night.room import Survey
from concierge.plan import Change
from concierge.safeguards import Limits
from concierge.side_by_side import ahead
from concierge.tags.plan import SetTags
from concierge.tags.ports import Ledger
from concierge.tags.reading import Place, Reading

_SLICES_AHEAD = 8  # read while one is written: twenty wrong resources each at the least, so reading need not wait


def nothing_to_do(target: Target) -> None:
    """For rooms whose calls nobody paces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRemediation:
    """A `night.room.Room`.

    place:    gives the adapters of a domain's account and region, the same ones for the same place.
    required: keys that everything must carry.
    prepare:  is called before the first call to a target, and `learn` after the last.
    workers:  how many resources are asked for their tags at once, where the index does not serve them.
    """

    capability: ClassVar[str] = "tag_remediation"

    # Nothing is removed, and what is missing may be filled in for everybody: so a first run mends all. Thousands of
    # values that are there and wrong are no drift but a mistake somewhere else; SetTags.weight counts these.
    limits: ClassVar[Limits] = Limits(changes=5_000)

    ledger: Ledger
    place: Callable[[Domain], Place]
    required: tuple[str, ...] = ()
    prepare: Callable[[Target], None] = nothing_to_do
    learn: Callable[[Target], None] = nothing_to_do
    workers: int = 1

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:
        """Slices of each domain while the target is read. Raises AwsError if the tagging index cannot be read."""
        self.prepare(target)
        place = self.place(target.domains[0])
        reading = Reading(target, place, self.ledger, required=self.required, now=now, workers=self.workers)
        yield from ahead(reading.surveys(), _SLICES_AHEAD)

    def perform(self, change: Change) -> None:
        """Raises AwsError as the port does, and TypeError for a change that is not of this room."""
        if not isinstance(change, SetTags):
            raise TypeError(f"not a change of tag remediation: {change!r}")
        self.place(change.domain).tags.add(change.arns, change.tags)

    def kept(self, change: Change) -> Mapping[str, Any] | None:  # noqa: ARG002 - the audit has all of it
        """Nothing: the audit tells what was set, and what it was."""
        return None

    def close(self, target: Target) -> None:
        """Keeps what was learnt; raises AwsError."""
        self.learn(target)
