"""The second phase of the way out: after the grace period, delete what the person had, and keep home data. Pure.

In the order that AWS accepts: apps, spaces, the profile, the role. Each look takes away what it can and comes back for
the rest. Only what carries our ownership tag is deleted; what does not keeps the profile from being deleted, and is
reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from concierge.catalog.model import Domain
from concierge.model import Door, Person, Profile, ProfileBinding, Role, Space, Status
from concierge.onboarding.changes import (
    DeleteProfile,
    DeleteRole,
    DeleteSpace,
    OnboardingChange,
    WriteRecoveryRecord,
)
from concierge.onboarding.exit import CLOSED, belongs_to, is_personal, record_binding, stop_apps
from concierge.onboarding.observed import ObservedExit
from concierge.plan import Finding, Plan, Wait

RECORDED = "recorded"  # the fingerprint of a closed door whose recovery record is written


def is_due(binding: ProfileBinding, *, grace: timedelta, now: datetime) -> bool:
    """Whether the door was closed for good, and for long enough."""
    settled = binding.door is Door.CLOSED and binding.fingerprint in (CLOSED, RECORDED)
    return settled and binding.closed_at is not None and binding.closed_at + grace <= now


def plan_removal(
    person: Person, domain: Domain, observed: ObservedExit, *, binding: ProfileBinding, now: datetime, rest: timedelta
) -> Plan:
    """What can be deleted now. The recovery record comes first, and the ledger's last word last."""
    subject = f"{person.login} in {domain.name}"
    why = f"left {domain.name} on {binding.closed_at:%Y-%m-%d}; the grace period is over"
    profile = observed.profile
    if profile is not None and not belongs_to(profile, person, binding):
        profile = None  # somebody else's: what the ledger remembers of this person is gone
    kept = tuple(_kept(profile, observed.spaces, domain))
    changes: list[OnboardingChange] = []
    if profile is not None and binding.fingerprint != RECORDED:
        changes += _recording(domain, binding, observed.role, why, now)
    steps = tuple(_next_steps(person, domain, observed, profile, binding, why, blocked=bool(kept)))
    changes += steps
    if profile is None:
        changes.append(record_binding(replace(binding, door=Door.REMOVED, fingerprint="", since=now), domain, why))
        return Plan(scope=subject, changes=tuple(changes))
    waits = (Wait(subject=subject, reason="what it had is being deleted", after=rest),) if steps else ()
    if profile.status is Status.DELETING:
        waits = (Wait(subject=subject, reason="the profile is being deleted", after=rest),)
    return Plan(scope=subject, changes=tuple(changes), waits=waits, findings=kept)


def recovery_key(domain: str, binding: ProfileBinding) -> str:
    """The object that holds the recovery record; one for each time that somebody left."""
    return f"offboarded/{domain}/{binding.profile}/{binding.closed_at:%Y%m%dT%H%M%SZ}.json"


def _next_steps(
    person: Person,
    domain: Domain,
    observed: ObservedExit,
    profile: Profile | None,
    binding: ProfileBinding,
    why: str,
    *,
    blocked: bool,
) -> Iterator[OnboardingChange]:
    if profile is None:
        role = observed.role
        if role is not None and role.is_ours and is_personal(role, person, binding):
            yield _delete_role(role, domain, why)
        return
    if profile.status is Status.DELETING:
        return
    if observed.apps:
        yield from stop_apps(observed.apps, domain, why)
        return
    ours = [space for space in observed.spaces if _may_go(space)]
    for space in ours:
        if space.status is not Status.DELETING:
            yield DeleteSpace(
                subject=f"space {space.name} in {domain.name}",
                reason=why,
                thread=domain.name,
                domain=domain,
                space=space.name,
            )
    if not ours and not blocked:
        yield DeleteProfile(
            subject=f"profile {profile.name} in {domain.name}",
            reason=why,
            thread=domain.name,
            domain=domain,
            profile=profile.name,
        )


def _may_go(space: Space) -> bool:
    """A private space that was made here; a shared one is other people's too."""
    return space.is_ours and space.owner is not None


def _kept(profile: Profile | None, spaces: tuple[Space, ...], domain: Domain) -> Iterator[Finding]:
    for space in spaces if profile is not None else ():
        if not _may_go(space):
            what = "is shared with others" if space.owner is None else "was not made here"
            yield Finding(
                subject=f"space {space.name} in {domain.name}",
                reason=f"{what}, so it and its owner's profile stay; hand it over or delete it, "
                "or tag it managed-by = studio-concierge",
            )


def _recording(
    domain: Domain, binding: ProfileBinding, role: Role | None, why: str, now: datetime
) -> tuple[OnboardingChange, ...]:
    key = recovery_key(domain.name, binding)
    write = WriteRecoveryRecord(
        subject=f"recovery record {key}",
        reason=why,
        thread=domain.name,
        domain=domain,
        key=key,
        binding=binding,
        role=role,
    )
    return write, record_binding(replace(binding, fingerprint=RECORDED, since=now), domain, why)


def _delete_role(role: Role, domain: Domain, why: str) -> DeleteRole:
    return DeleteRole(subject=f"role {role.name}", reason=why, thread=domain.name, domain=domain, role=role)
