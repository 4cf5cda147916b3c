"""The onboarding capability: one message -> one person, converged in every domain. The loop, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from concierge import audit, safeguards
from concierge.apply import Applied, Effort, Mode, Pause, apply
from concierge.catalog.model import Catalog
from concierge.directory import memberships
from concierge.directory.changes import Kind
from concierge.directory.memberships import PersonChange
from concierge.directory.protection import Protection
from concierge.errors import AlreadyExists, UnsafePlan
from concierge.holds import HoldStatus, RemovalKind
from concierge.model import PersonRecord
from concierge.onboarding.desired import Surroundings, desired_access
from concierge.onboarding.domains import Domains, open_doors
from concierge.onboarding.leaving import domains_to_leave, groups_left
from concierge.onboarding.perform import Performer
from concierge.onboarding.ports import Ledger, Records
from concierge.plan import Plan

CAPABILITY = "onboarding"

# One person's plan: a few dozen steps at most. A role, policies, spaces and apps of every domain they are in.
LIMITS = safeguards.Limits(removals_floor=100, removals_share=1.0, changes=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Onboarding:
    """Everything that onboarding needs; `domains` reaches AWS in each domain's account and region."""

    catalog: Catalog
    ledger: Ledger
    domains: Domains
    records: Records
    protection: Protection
    trail: audit.AuditTrail
    surroundings: Surroundings
    pause: Pause

    def converge(
        self, change: PersonChange, *, now: datetime, mode: Mode = Mode.APPLY, verify: bool = False
    ) -> Applied:
        """Takes the change into the ledger, then brings AWS to what the person's memberships say.

        verify: look at AWS even where the ledger says that the desired state was reached.
        Raises UnsafePlan (audited), and AwsError only where not even the ledger or the audit worked; what AWS refuses
        in a domain is in the result, and keeps no other domain from its turn.
        """
        record = self._take_in(change, mode)
        plan = self._plan(record, change, now=now, mode=mode, verify=verify or change.verify)
        try:
            safeguards.check(plan, LIMITS, population=len(plan.changes))
        except UnsafePlan as error:
            refusal = audit.refusal_of(plan, str(error), capability=CAPABILITY, cause=change.cause, at=now)
            self.trail.record((refusal,))
            raise
        performer = Performer(
            ledger=self.ledger, roles=self.domains.roles, studio=self.domains.studio, records=self.records
        )
        applied = apply(plan, performer, mode=mode, effort=Effort(pause=self.pause), requeue_after=self.domains.rest)
        self.trail.record(audit.events_of(applied, capability=CAPABILITY, cause=change.cause, at=now))
        if mode is Mode.APPLY and applied.is_settled and _is_done(record):
            self.ledger.release(record.person)
        return applied

    def _take_in(self, change: PersonChange, mode: Mode) -> PersonRecord:
        """The person's record with the change in it; a later word that came in between counts instead."""
        known = self.ledger.record(change.person)
        updated = memberships.record(known, change)
        if mode is Mode.DRY_RUN:
            return updated
        try:
            if change.group_id and updated.memberships.get(change.group_id) != known.memberships.get(change.group_id):
                self.ledger.save_membership(updated.person, updated.memberships[change.group_id])
            if _standing(updated) != _standing(known) or not known.is_known:
                self.ledger.save_standing(updated)
        except AlreadyExists:
            return self.ledger.record(change.person)
        return self._without_outdated_hold(known, updated, change)

    def _without_outdated_hold(self, known: PersonRecord, record: PersonRecord, change: PersonChange) -> PersonRecord:
        """Somebody who was added again after their removal was held has nothing that waits."""
        if record.held is None or not _is_back(known, record, change):
            return record
        self.ledger.release(record.person)
        return replace(record, held=None)

    def _plan(self, record: PersonRecord, change: PersonChange, *, now: datetime, mode: Mode, verify: bool) -> Plan:
        plan = Plan(scope=f"person {record.person.login} ({record.person.id})")
        for access in desired_access(self.catalog, record, self.surroundings):
            binding = record.bindings.get(access.domain.name)
            plan += self.domains.access(access, binding, now=now, verify=verify)
        leaving = domains_to_leave(self.catalog, record)
        if mode is Mode.APPLY and self._has_to_wait(record, leaving, change, now):
            return plan
        for name in leaving:
            plan += self.domains.leaving(name, record, now=now, verify=verify)
        return plan

    def _has_to_wait(self, record: PersonRecord, leaving: Sequence[str], change: PersonChange, now: datetime) -> bool:
        """Whether the person's doors stay open until an administrator has decided."""
        doors = open_doors(record, leaving)
        kind = RemovalKind.LEFT if record.is_enabled else RemovalKind.DISABLED
        held = record.held
        if not doors or (held is not None and held.status is HoldStatus.APPROVED):
            return False
        if held is not None and held.kind is kind:
            return True
        within = timedelta(minutes=self.catalog.removals.window)
        left = groups_left(self.catalog, record, doors, within=within) if kind is RemovalKind.LEFT else ()
        hold = self.protection.stops(record.person, kind, left, now=now)
        if hold is None:
            return False
        events = audit.held(hold, [record.person.login], capability=CAPABILITY, cause=change.cause, at=now)
        self.trail.record(events)
        return True


def _standing(record: PersonRecord) -> tuple[object, ...]:
    return record.person, record.disabled_at, record.enabled_at


def _is_back(known: PersonRecord, record: PersonRecord, change: PersonChange) -> bool:
    """Whether this change takes back what was held, however late it is heard.

    A hold that came from a reading says nothing in the ledger yet: what was true before it is no news then, and only
    a change of after it counts.
    """
    held = record.held
    if held is None or change.kind not in (Kind.ADD, Kind.ENABLE):
        return False
    if change.occurred_at > held.at:
        return True
    if held.kind is RemovalKind.DISABLED:
        return record.is_enabled and not known.is_enabled
    returned = held.group_ids and all(_is_in(record, each) for each in held.group_ids)
    return bool(returned) and not all(_is_in(known, each) for each in held.group_ids)


def _is_in(record: PersonRecord, group_id: str) -> bool:
    membership = record.memberships.get(group_id)
    return membership is not None and membership.present


def _is_done(record: PersonRecord) -> bool:
    """Whether an approved removal has been carried out, now that nothing is left to do."""
    held = record.held
    if held is None or held.status is not HoldStatus.APPROVED:
        return False
    return not any(each.present for group_id, each in record.memberships.items() if group_id in held.group_ids)
