"""Carries out one onboarding change through the ports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from concierge.catalog.model import Domain
from concierge.onboarding.changes import (
    AttachPolicy,
    CreateLifecycleConfig,
    CreateProfile,
    CreateRole,
    CreateSpace,
    DetachPolicy,
    DropRolePolicy,
    LockRole,
    OnboardingChange,
    RecordBinding,
    SetRolePolicy,
    StopApp,
    TagProfile,
    UpdateProfile,
)
from concierge.onboarding.drift import LOCK_DOCUMENT, LOCK_POLICY
from concierge.onboarding.ports import Ledger, Roles, Studio
from concierge.plan import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """A callable for `concierge.apply.apply`."""

    ledger: Ledger
    roles: Callable[[Domain], Roles]
    studio: Callable[[Domain], Studio]

    def __call__(self, change: Change) -> None:
        """Raises AwsError as the ports do, and TypeError for a change that is not onboarding's."""
        if not isinstance(change, OnboardingChange):
            raise TypeError(f"not a change of onboarding: {change!r}")
        self._perform(change, self.roles(change.domain), self.studio(change.domain))

    def _perform(self, change: OnboardingChange, roles: Roles, studio: Studio) -> None:  # noqa: C901, PLR0912 - one flat, exhaustive table
        match change:
            case CreateRole():
                roles.create(change.spec)
            case SetRolePolicy():
                roles.put_policy(change.role, change.policy, change.document)
            case DropRolePolicy():
                roles.delete_policy(change.role, change.policy)
            case AttachPolicy():
                roles.attach(change.role, change.policy_arn)
            case DetachPolicy():
                roles.detach(change.role, change.policy_arn)
            case LockRole():
                roles.put_policy(change.role, LOCK_POLICY, LOCK_DOCUMENT)
            case CreateLifecycleConfig():
                studio.create_lifecycle_config(change.spec)
            case CreateProfile():
                studio.create_profile(change.access)
            case UpdateProfile():
                studio.update_profile(change.access)
            case TagProfile():
                studio.tag(change.arn, change.tags)
            case CreateSpace():
                studio.create_space(change.access, change.spec)
            case StopApp():
                studio.stop_app(change.app)
            case RecordBinding():
                self.ledger.save_binding(change.binding)
            case _:
                raise TypeError(f"not a change of onboarding: {change!r}")
