"""Desired and observed -> what to do for one person in one domain. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from concierge.catalog.model import Domain
from concierge.model import LOGIN_TAG, Door, Person, Profile, ProfileBinding, Status
from concierge.onboarding.changes import CreateProfile, LockRole, OnboardingChange, RecordBinding, StopApp
from concierge.onboarding.desired import Access
from concierge.onboarding.drift import (
    LOCK_POLICY,
    lifecycle_changes,
    profile_changes,
    role_changes,
    space_changes,
)
from concierge.onboarding.observed import Observed, ObservedExit
from concierge.plan import Finding, Plan, Wait

CLOSED = "closed"  # the fingerprint of a door behind which nothing is left to stop
_IN_TRANSITION = (Status.PENDING, Status.UPDATING, Status.DELETING)


def plan_access(
    access: Access, observed: Observed, *, binding: ProfileBinding | None, now: datetime, rest: timedelta
) -> Plan:
    """Everything that is missing or wrong, in the order in which AWS will accept it.

    A new profile is in service only after a while; spaces and the ledger's binding follow on the next look.

    binding: what the ledger says the person has here.
    rest:    how long to wait where AWS is still working on the profile.
    """
    subject = f"profile {access.profile} in {access.domain.name}"
    profile = observed.profile
    foreign = tuple(_foreign(access, observed, subject))
    if foreign:
        return Plan(scope=subject, findings=foreign)
    changes: tuple[OnboardingChange, ...] = (
        *role_changes(access, observed.role),
        *lifecycle_changes(access, observed),
    )
    if profile is None:
        create = CreateProfile(
            subject=subject, reason=access.why, thread=access.domain.name, domain=access.domain, access=access
        )
        wait = Wait(subject=subject, reason="it is new and not in service yet", after=rest)
        return Plan(scope=subject, changes=(*changes, create), waits=(wait,))
    if profile.status in _IN_TRANSITION:
        wait = Wait(subject=subject, reason=f"its status is {profile.status}", after=rest)
        return Plan(scope=subject, changes=changes, waits=(wait,))
    changes = (*changes, *profile_changes(access, profile), *space_changes(access, observed))
    if not is_reached(binding, Door.OPEN, access.fingerprint):
        changes = (*changes, _open_door(access, now))
    return Plan(scope=subject, changes=changes)


def is_reached(binding: ProfileBinding | None, door: Door, fingerprint: str) -> bool:
    """Whether the ledger says that this very state was reached."""
    return binding is not None and (binding.door, binding.fingerprint) == (door, fingerprint)


def plan_exit(
    person: Person,
    domain: Domain,
    observed: ObservedExit,
    *,
    binding: ProfileBinding | None,
    now: datetime,
    rest: timedelta,
) -> Plan:
    """Closes the door: the ledger refuses logins first, then the role is locked and the machines stop.

    Home data and spaces are kept. While there is something to stop, the plan asks to be looked at again; only a
    look that finds nothing left records the door as closed for good.
    """
    subject = f"{person.login} in {domain.name}"
    profile = observed.profile
    ours = profile is not None and _belongs_to(profile, person)
    if not ours and binding is None:
        return Plan(scope=subject)
    held = binding or _unrecorded(person, domain, observed, now)
    work = tuple(_exit_work(person, domain, observed)) if ours else ()
    fingerprint = "" if work else CLOSED
    changes: tuple[OnboardingChange, ...] = work
    if not is_reached(held, Door.CLOSED, fingerprint):
        closed = replace(held, door=Door.CLOSED, fingerprint=fingerprint, since=now)
        changes = (_record(closed, domain, _why_out(domain)), *work)
    waits = (Wait(subject=subject, reason="what was running is stopping", after=rest),) if work else ()
    return Plan(scope=subject, changes=changes, waits=waits)


def _exit_work(person: Person, domain: Domain, observed: ObservedExit) -> Iterator[OnboardingChange]:
    why, role = _why_out(domain), observed.role
    own_role = role is not None and role.tags.get(LOGIN_TAG) == person.login
    if role is not None and own_role and LOCK_POLICY not in role.inline_policies:
        yield LockRole(
            subject=f"role {role.name}",
            reason=why,
            thread=f"{domain.name}/role",
            domain=domain,
            role=role.name,
        )
    for app in observed.apps:
        yield StopApp(
            subject=f"app {app.app_type}/{app.name} of {app.space or app.profile}",
            reason=why,
            thread=f"{domain.name}/{app.space or app.profile}/{app.app_type}/{app.name}",
            domain=domain,
            app=app,
        )


def _why_out(domain: Domain) -> str:
    return f"enabled member of no group any more that gives {domain.name}"


def _foreign(access: Access, observed: Observed, subject: str) -> Iterator[Finding]:
    """What stands where ours should be: never changed, and so the person cannot be let in."""
    if observed.profile is not None and not _belongs_to(observed.profile, access.person):
        yield Finding(subject=subject, reason=f"exists, but was not made here for {access.person.login}; left alone")
    if observed.role is not None and not observed.role.is_ours:
        yield Finding(subject=f"role {access.role.name}", reason="exists, but was not made here; left alone")


def _belongs_to(profile: Profile, person: Person) -> bool:
    return profile.is_ours and profile.tags.get(LOGIN_TAG) == person.login


def _open_door(access: Access, now: datetime) -> RecordBinding:
    binding = ProfileBinding(
        person_id=access.person.id,
        login=access.person.login,
        domain=access.domain.name,
        profile=access.profile,
        persona=access.persona,
        role=access.role.name,
        tags=access.tags,
        door=Door.OPEN,
        fingerprint=access.fingerprint,
        since=now,
    )
    return _record(binding, access.domain, access.why)


def _unrecorded(person: Person, domain: Domain, observed: ObservedExit, now: datetime) -> ProfileBinding:
    """What an onboarding that died before its last step would have recorded, as far as AWS tells."""
    profile, role = observed.profile, observed.role
    return ProfileBinding(
        person_id=person.id,
        login=person.login,
        domain=domain.name,
        profile=profile.name if profile else "",
        persona=profile.tags.get("persona", "") if profile else "",
        role=role.name if role else "",
        tags=profile.tags if profile else {},
        door=Door.OPEN,
        fingerprint="",
        since=now,
    )


def _record(binding: ProfileBinding, domain: Domain, why: str) -> RecordBinding:
    return RecordBinding(
        subject=f"door of {binding.login} in {domain.name}: {binding.door}",
        reason=why,
        thread=domain.name,
        domain=domain,
        binding=binding,
    )
