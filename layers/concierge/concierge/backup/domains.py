"""The domain backup capability: what a domain is and who is in it, kept in S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from concierge.backup.ports import Ledger, Records, Studio
from concierge.backup.record import Content, WriteDomainRecord, build_plan
from concierge.catalog.model import Domain
from concierge.night.request import Target
from concierge.night.room import Survey, each_domain
from concierge.plan import Change
from concierge.safeguards import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainBackup:
    """A `night.room.Room`; `studio` gives the adapter of a domain's account and region."""

    capability: ClassVar[str] = "domain_backup"
    limits: ClassVar[Limits] = Limits()  # nothing is removed, and there is one change a domain

    ledger: Ledger
    studio: Callable[[Domain], Studio]
    records: Records

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:
        """A Survey for each domain: one description and two lists, whatever the number of people."""
        yield from each_domain(target, lambda domain: self._domain(domain, now))

    def perform(self, change: Change) -> None:
        """Raises AwsError as the port does, and TypeError for a change that is not of this room."""
        if not isinstance(change, WriteDomainRecord):
            raise TypeError(f"not a change of domain backup: {change!r}")
        self.records.write(change.key, change.record)

    def kept(self, change: Change) -> Mapping[str, Any] | None:
        """Where the record of a domain is."""
        return {"domain": change.domain.name, "key": change.key} if isinstance(change, WriteDomainRecord) else None

    def close(self, target: Target) -> None:
        """Nothing is learnt that the next run should know."""

    def _domain(self, domain: Domain, now: datetime) -> Survey:
        studio = self.studio(domain)
        content = Content(
            description=studio.description(domain.domain_id),
            profiles=studio.profiles(domain.domain_id),
            spaces=studio.all_spaces(domain.domain_id),
            bindings=self.ledger.bindings_in_domain(domain.name),
        )
        counts = {
            "profiles": len(content.profiles),
            "spaces": len(content.spaces),
            "bindings": len(content.bindings),
        }
        return Survey(part=domain.name, plan=build_plan(domain, content, now), population=0, counts=counts)
