"""The compliance audit capability: what is not as it should be in a domain, for the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from concierge.catalog.model import Domain
from concierge.compliance.checks import CHECKS, findings
from concierge.compliance.model import Inspected
from concierge.compliance.ports import Ledger, Studio
from concierge.night.request import Target
from concierge.night.room import Survey, each_domain, scope
from concierge.plan import Change, Plan
from concierge.safeguards import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceAudit:
    """A `night.room.Room` that plans no change; `studio` gives the adapter of a domain's account and region."""

    capability: ClassVar[str] = "compliance_audit"
    limits: ClassVar[Limits] = Limits()

    ledger: Ledger
    studio: Callable[[Domain], Studio]

    def survey(self, target: Target, now: datetime) -> Iterator[Survey]:  # noqa: ARG002 - right or wrong at any time
        """A Survey for each domain, with findings and without changes."""
        yield from each_domain(target, self._domain)

    def perform(self, change: Change) -> None:
        """Raises TypeError: this room changes nothing."""
        raise TypeError(f"the compliance audit changes nothing: {change!r}")

    def kept(self, change: Change) -> Mapping[str, Any] | None:  # noqa: ARG002 - there is never one
        """Nothing: findings are in the audit."""
        return None

    def close(self, target: Target) -> None:
        """Nothing is learnt that the next run should know."""

    def _domain(self, domain: Domain) -> Survey:
        studio = self.studio(domain)
        # First who has something, then what exists: somebody who joins in between is no finding.
        bindings = self.ledger.bindings_in_domain(domain.name)
        seen = Inspected(
            domain=domain,
            posture=studio.posture(domain.domain_id),
            profiles=studio.profiles(domain.domain_id),
            bindings=bindings,
        )
        plan = Plan(scope=scope(domain), findings=findings(seen))
        return Survey(part=domain.name, plan=plan, population=0, counts={"checked": len(CHECKS)})
