"""Each domain of a person by itself: observed, planned, and never kept from its turn by another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from concierge.catalog.model import Catalog, Domain
from concierge.errors import AwsError
from concierge.model import Door, PersonRecord, ProfileBinding
from concierge.names import profile_name
from concierge.onboarding.changes import RecordBinding
from concierge.onboarding.desired import Access
from concierge.onboarding.exit import close_door, is_reached, plan_exit
from concierge.onboarding.leaving import why_out
from concierge.onboarding.observed import observe, observe_exit, observe_removal
from concierge.onboarding.plan import plan_access
from concierge.onboarding.ports import Roles, Studio
from concierge.onboarding.removal import is_due, plan_removal
from concierge.plan import Finding, Plan, Wait

_AFTER_A_FAILURE = 3  # times as long as AWS is waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Domains:
    """`roles` and `studio` give the adapters of a domain's account and region; `rest` is how long AWS is waited for."""

    catalog: Catalog
    roles: Callable[[Domain], Roles]
    studio: Callable[[Domain], Studio]
    rest: timedelta

    def access(self, access: Access, binding: ProfileBinding | None, *, now: datetime, verify: bool) -> Plan:
        """What is missing or wrong; empty without a look where the ledger says that this very state was reached."""
        if not verify and is_reached(binding, Door.OPEN, access.fingerprint):
            return Plan(scope=access.domain.name)

        def plan() -> Plan:
            observed = observe(access, binding, self.roles(access.domain), self.studio(access.domain))
            return plan_access(access, observed, binding=binding, now=now, rest=self.rest)

        return self._by_itself(access.domain, plan)

    def leaving(self, name: str, record: PersonRecord, *, now: datetime, verify: bool) -> Plan:
        """The way out of one domain: the door, and after the grace period the rest."""
        domain, binding = self.catalog.domain(name), record.bindings.get(name)
        if binding is not None and is_due(binding, grace=timedelta(days=self.catalog.grace_days), now=now):
            return self._by_itself(domain, lambda: self._removal(domain, record, binding, now))
        if not is_leaving(binding, verify=verify):
            return Plan(scope=name)
        why = why_out(self.catalog, record, name)
        at_once = close_door(binding, domain, why, now)
        return self._by_itself(domain, lambda: self._exit(domain, record, binding, why, now), at_once=at_once)

    def _removal(self, domain: Domain, record: PersonRecord, binding: ProfileBinding, now: datetime) -> Plan:
        observed = observe_removal(domain.domain_id, binding, self.roles(domain), self.studio(domain))
        return plan_removal(record.person, domain, observed, binding=binding, now=now, rest=self.rest)

    def _exit(
        self, domain: Domain, record: PersonRecord, binding: ProfileBinding | None, why: str, now: datetime
    ) -> Plan:
        person = record.person
        profile = binding.profile if binding else profile_name(person.first_login, generation=person.generation)
        observed = observe_exit(domain.domain_id, profile, self.roles(domain), self.studio(domain))
        return plan_exit(person, domain, observed, binding=binding, why=why, now=now, rest=self.rest)

    def _by_itself(self, domain: Domain, plan: Callable[[], Plan], *, at_once: tuple[RecordBinding, ...] = ()) -> Plan:
        """A domain that cannot be looked at is reported and looked at again; the others go on.

        at_once: what needs no look, and is done all the same.
        """
        try:
            return plan()
        except AwsError as error:
            subject, reason = f"domain {domain.name}", f"cannot be looked at: {error}"
            return Plan(
                scope=domain.name,
                changes=at_once,
                findings=(Finding(subject=subject, reason=reason),),
                waits=(Wait(subject=subject, reason=reason, after=after_a_failure(self.rest)),),
            )


def after_a_failure(rest: timedelta) -> timedelta:
    """What was refused needs longer than what is not ready."""
    return rest * _AFTER_A_FAILURE


def is_leaving(binding: ProfileBinding | None, *, verify: bool = False) -> bool:
    """Whether there may be something to close; a closed door with all behind it stopped needs no second look."""
    if binding is None:
        return True
    if binding.door is Door.REMOVED:
        return False
    return verify or binding.door is Door.OPEN or binding.fingerprint == ""


def open_doors(record: PersonRecord, domains: Iterable[str]) -> tuple[str, ...]:
    """Which of these domains the person can still enter."""
    return tuple(name for name in domains if name in record.bindings and record.bindings[name].door is Door.OPEN)
