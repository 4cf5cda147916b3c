"""Desired and observed -> what to do for one person who may enter one domain. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from concierge.model import Door, ProfileBinding, Status
from concierge.onboarding.changes import CreateProfile, DeleteRole, OnboardingChange, RecordBinding
from concierge.onboarding.desired import Access
from concierge.onboarding.drift import lifecycle_changes, profile_changes, role_changes, space_changes
from concierge.onboarding.exit import belongs_to, is_personal, is_reached, record_binding
from concierge.onboarding.observed import Observed
from concierge.plan import Finding, Plan, Wait

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
    foreign = tuple(_foreign(access, observed, binding, subject))
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
    changes = (
        *changes,
        *profile_changes(access, profile),
        *_former_role(access, observed, binding),
        *space_changes(access, observed),
    )
    if not is_reached(binding, Door.OPEN, access.fingerprint):
        changes = (*changes, _open_door(access, now))
    return Plan(scope=subject, changes=changes)


def _former_role(access: Access, observed: Observed, binding: ProfileBinding | None) -> Iterator[OnboardingChange]:
    """The role that the person had as somebody of another persona or team: its rights end with the job."""
    role = observed.former_role
    if role is not None and role.is_ours and is_personal(role, access.person, binding):
        yield DeleteRole(
            subject=f"role {role.name}",
            reason=f"{access.why}, with role {access.role.name}",
            thread=access.domain.name,
            domain=access.domain,
            role=role,
        )


def _foreign(access: Access, observed: Observed, binding: ProfileBinding | None, subject: str) -> Iterator[Finding]:
    """What stands where ours should be: never changed, and so the person cannot be let in."""
    if observed.profile is not None and not belongs_to(observed.profile, access.person, binding):
        yield Finding(subject=subject, reason=f"exists, but was not made here for {access.person.login}; left alone")
    if observed.role is not None and not observed.role.is_ours:
        yield Finding(subject=f"role {access.role.name}", reason="exists, but was not made here; left alone")


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
    return record_binding(binding, access.domain, access.why)
