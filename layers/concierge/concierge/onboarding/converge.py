"""The onboarding capability: one message -> one person, converged in every domain. The loop, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge import audit, safeguards
from concierge.apply import Applied, Mode, Pause, apply
from concierge.catalog.model import Catalog, Domain
from concierge.directory import memberships
from concierge.directory.memberships import MEMBERSHIP_KINDS, PersonChange
from concierge.errors import AlreadyExists, UnsafePlan
from concierge.model import Door, PersonRecord, ProfileBinding
from concierge.names import profile_name
from concierge.onboarding.desired import Access, Surroundings, desired_access, domains_to_leave
from concierge.onboarding.observed import observe, observe_exit
from concierge.onboarding.perform import Performer
from concierge.onboarding.plan import CLOSED, is_reached, plan_access, plan_exit
from concierge.onboarding.ports import Ledger, Roles, Studio
from concierge.plan import Finding, Plan

CAPABILITY = "onboarding"

# One person's plan: a few dozen steps at most. A role, policies, spaces and apps of every domain they are in.
LIMITS = safeguards.Limits(removals_floor=100, removals_share=1.0, changes=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """Everything that onboarding needs; `studio` and `roles` give the adapters of a domain's account and region."""

    catalog: Catalog
    ledger: Ledger
    roles: Callable[[Domain], Roles]
    studio: Callable[[Domain], Studio]
    trail: audit.AuditTrail
    surroundings: Surroundings
    pause: Pause
    rest: timedelta

    def converge(
        self, change: PersonChange, *, now: datetime, mode: Mode = Mode.APPLY, verify: bool = False
    ) -> Applied:
        """Takes the change into the ledger, then brings AWS to what the person's memberships say.

        verify: look at AWS even where the ledger says that the desired state was reached.
        Raises UnsafePlan (audited), and AwsError only where not even the ledger, the observation or the audit
        worked; what AWS refuses of the plan itself is in the result.
        """
        record = self._take_in(change, mode)
        plan = self._plan(record, now=now, verify=verify)
        try:
            safeguards.check(plan, LIMITS, population=len(plan.changes))
        except UnsafePlan as error:
            refusal = audit.refusal_of(plan, str(error), capability=CAPABILITY, cause=change.cause, at=now)
            self.trail.record((refusal,))
            raise
        performer = Performer(ledger=self.ledger, roles=self.roles, studio=self.studio)
        applied = apply(plan, performer, mode=mode, pause=self.pause, requeue_after=self.rest)
        self.trail.record(audit.events_of(applied, capability=CAPABILITY, cause=change.cause, at=now))
        return applied

    def _take_in(self, change: PersonChange, mode: Mode) -> PersonRecord:
        known = self.ledger.record(change.person)
        updated = memberships.record(known, change)
        if updated == known or mode is Mode.DRY_RUN:
            return updated
        try:
            if change.kind in MEMBERSHIP_KINDS:
                self.ledger.save_membership(updated.person, updated.memberships[change.group_id])
            else:
                self.ledger.save_standing(updated)
        except AlreadyExists:  # a later word came in between: go by that one
            return self.ledger.record(change.person)
        return updated

    def _plan(self, record: PersonRecord, *, now: datetime, verify: bool) -> Plan:
        plan = Plan(scope=f"person {record.person.login} ({record.person.id})")
        for access in desired_access(self.catalog, record, self.surroundings):
            if access.domain.account != self.surroundings.account:
                plan += self._out_of_reach(access.domain)
                continue
            binding = record.bindings.get(access.domain.name)
            if verify or not is_reached(binding, Door.OPEN, access.fingerprint):
                plan += self._plan_access(access, binding, now)
        for name in domains_to_leave(self.catalog, record):
            if self.catalog.domain(name).account != self.surroundings.account:
                continue  # nothing was ever made there
            if verify or not is_reached(record.bindings.get(name), Door.CLOSED, CLOSED):
                plan += self._plan_exit(name, record, now)
        return plan

    def _out_of_reach(self, domain: Domain) -> Plan:
        reason = f"is in account {domain.account}; this deployment manages account {self.surroundings.account}"
        return Plan(scope=domain.name, findings=(Finding(subject=f"domain {domain.name}", reason=reason),))

    def _plan_access(self, access: Access, binding: ProfileBinding | None, now: datetime) -> Plan:
        observed = observe(access, self.roles(access.domain), self.studio(access.domain))
        return plan_access(access, observed, binding=binding, now=now, rest=self.rest)

    def _plan_exit(self, name: str, record: PersonRecord, now: datetime) -> Plan:
        domain, person = self.catalog.domain(name), record.person
        binding = record.bindings.get(name)
        profile = binding.profile if binding else profile_name(person.login, generation=person.generation)
        observed = observe_exit(domain.domain_id, profile, self.roles(domain), self.studio(domain))
        return plan_exit(person, domain, observed, binding=binding, now=now, rest=self.rest)
