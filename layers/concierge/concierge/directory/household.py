"""The other half of reconciliation: what the ledger knows ↔ what Studio has, domain by domain.

Everybody whom the ledger knows in a domain is looked at once a night: whoever has converged costs one read. So a
changed catalog reaches everybody, a grace period that is over is noticed, and a profile that somebody deleted by hand
is made again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from concierge import audit
from concierge.catalog.model import Catalog, Domain
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.directory.ports import MembershipQueue, People
from concierge.directory.reconcile import CAPABILITY
from concierge.errors import AwsError
from concierge.model import Door, PersonRecord, ProfileBinding
from concierge.plan import Finding, few

logger = logging.getLogger(__name__)


class Profiles(Protocol):
    """Studio in one domain's account and region."""

    def profiles(self, domain_id: str) -> Mapping[str, str]:
        """ARN by name of every user profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """Everything that looking through the domains needs; `studio` gives the adapter of a domain."""

    catalog: Catalog
    ledger: People
    queue: MembershipQueue
    trail: audit.AuditTrail
    studio: Callable[[Domain], Profiles]

    def run(self, *, cause: str, now: datetime) -> dict[str, int | str]:
        """How many people are looked at in each domain, or why a domain could not be; one never blocks another."""
        return {domain.name: self._look_through(domain, cause, now) for domain in self.catalog.domains}

    def _look_through(self, domain: Domain, cause: str, now: datetime) -> int | str:
        try:
            bindings = self.ledger.bindings_in_domain(domain.name)
            profiles = frozenset(self.studio(domain).profiles(domain.domain_id))
            records = self.ledger.records_of(binding.person_id for binding in bindings)
            looks = looks_at(bindings, profiles, records, cause=cause, now=now)
            self.queue.send(looks)
            self._report(domain, foreign(domain, bindings, profiles), cause, now)
        except AwsError as error:
            logger.warning("domain not looked through", extra={"domain": domain.name, "error": str(error)})
            self._report(domain, (Finding(subject=f"domain {domain.name}", reason=str(error)),), cause, now)
            return str(error)
        return len(looks)

    def _report(self, domain: Domain, findings: tuple[Finding, ...], cause: str, now: datetime) -> None:
        if findings:
            scope = f"domain {domain.name}"
            self.trail.record(audit.findings_of(findings, scope=scope, capability=CAPABILITY, cause=cause, at=now))


def looks_at(
    bindings: tuple[ProfileBinding, ...],
    profiles: frozenset[str],
    records: Mapping[str, PersonRecord],
    *,
    cause: str,
    now: datetime,
) -> tuple[PersonChange, ...]:
    """A look at everybody who has something; down to AWS where an open door has no profile behind it. Pure."""
    return tuple(
        PersonChange(
            kind=Kind.LOOK,
            person=records[binding.person_id].person,
            occurred_at=now,
            cause=f"{cause}/{binding.domain}",
            verify=binding.door is Door.OPEN and binding.profile not in profiles,
        )
        for binding in bindings
        if binding.door is not Door.REMOVED and binding.person_id in records
    )


def foreign(domain: Domain, bindings: tuple[ProfileBinding, ...], profiles: frozenset[str]) -> tuple[Finding, ...]:
    """Profiles that the ledger knows nobody of: reported, and never touched. Pure."""
    strange = profiles - {binding.profile for binding in bindings}
    if not strange:
        return ()
    reason = f"were not made here, and are left alone: {few(strange)}"
    return (Finding(subject=f"{len(strange)} profiles in {domain.name}", reason=reason),)
