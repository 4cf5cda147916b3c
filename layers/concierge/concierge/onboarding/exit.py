"""The first phase of the way out: the door is closed at once, what runs is stopped, and everything is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from concierge.catalog.model import Domain
from concierge.model import LOGIN_TAG, PERSON_TAG, App, Door, Person, Profile, ProfileBinding, Role
from concierge.names import person_tag
from concierge.onboarding.changes import LockRole, OnboardingChange, RecordBinding, StopApp
from concierge.onboarding.drift import LOCK_POLICY
from concierge.onboarding.observed import ObservedExit
from concierge.plan import Plan, Wait

CLOSED = "closed"  # the fingerprint of a door behind which nothing is left to stop


def is_reached(binding: ProfileBinding | None, door: Door, fingerprint: str) -> bool:
    """Whether the ledger says that this very state was reached."""
    return binding is not None and (binding.door, binding.fingerprint) == (door, fingerprint)


def plan_exit(
    person: Person,
    domain: Domain,
    observed: ObservedExit,
    *,
    binding: ProfileBinding | None,
    why: str,
    now: datetime,
    rest: timedelta,
) -> Plan:
    """Closes the door: the ledger refuses logins first, then the role is locked and the machines stop.

    Home data and spaces are kept. While there is something to stop, the plan asks to be looked at again; only a
    look that finds nothing left records the door as closed for good.
    """
    subject = f"{person.login} in {domain.name}"
    profile = observed.profile
    ours = profile is not None and belongs_to(profile, person, binding)
    if not ours and binding is None:
        return Plan(scope=subject)
    held = binding or _unrecorded(person, domain, observed, now)
    work = tuple(_exit_work(person, domain, observed, binding, why)) if ours else ()
    fingerprint = "" if work else CLOSED
    changes: tuple[OnboardingChange, ...] = work
    if not is_reached(held, Door.CLOSED, fingerprint):
        closed = replace(held, door=Door.CLOSED, fingerprint=fingerprint, since=now, closed_at=held.closed_at or now)
        changes = (record_binding(closed, domain, why), *work)
    waits = (Wait(subject=subject, reason="what was running is stopping", after=rest),) if work else ()
    return Plan(scope=subject, changes=changes, waits=waits)


def close_door(binding: ProfileBinding | None, domain: Domain, why: str, now: datetime) -> tuple[RecordBinding, ...]:
    """What refuses logins at once, whatever Studio says: the ledger is the hub's own. The rest is looked at again."""
    if binding is None or binding.door is not Door.OPEN:
        return ()
    closed = replace(binding, door=Door.CLOSED, fingerprint="", since=now, closed_at=binding.closed_at or now)
    return (record_binding(closed, domain, why),)


def _exit_work(
    person: Person, domain: Domain, observed: ObservedExit, binding: ProfileBinding | None, why: str
) -> Iterator[OnboardingChange]:
    role = observed.role
    own_role = role is not None and is_personal(role, person, binding)
    if role is not None and own_role and LOCK_POLICY not in role.inline_policies:
        yield LockRole(
            subject=f"role {role.name}",
            reason=why,
            thread=f"{domain.name}/role",
            domain=domain,
            role=role.name,
        )
    yield from stop_apps(observed.apps, domain, why)


def belongs_to(profile: Profile, person: Person, binding: ProfileBinding | None) -> bool:
    """Whether the profile was made here for this person, under whatever login; two people never share one."""
    if not profile.is_ours:
        return False
    if PERSON_TAG in profile.tags:
        return profile.tags[PERSON_TAG] == person_tag(person.id)
    return binding is not None and binding.profile == profile.name


def is_personal(role: Role, person: Person, binding: ProfileBinding | None) -> bool:
    """Whether this person alone uses the role; its tag keeps the login that they had when it was made."""
    mine = {person.login, person.first_login, *((binding.login,) if binding else ())}
    return role.tags.get(LOGIN_TAG) in mine


def stop_apps(apps: Iterable[App], domain: Domain, why: str) -> Iterator[OnboardingChange]:
    """Each app in a thread of its own: one that cannot be stopped keeps no other running."""
    for app in apps:
        yield StopApp(
            subject=f"app {app.title}",
            reason=why,
            thread=f"{domain.name}/{app.space or app.profile}/{app.app_type}/{app.name}",
            domain=domain,
            app=app,
        )


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


def record_binding(binding: ProfileBinding, domain: Domain, why: str) -> RecordBinding:
    """The ledger's note of what the person has in the domain."""
    return RecordBinding(
        subject=f"door of {binding.login} in {domain.name}: {binding.door}",
        reason=why,
        thread=domain.name,
        domain=domain,
        binding=binding,
    )
