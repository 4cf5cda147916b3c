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
    DeleteProfile,
    DeleteRole,
    DeleteSpace,
    DetachPolicy,
    DropRolePolicy,
    LockRole,
    OnboardingChange,
    RecordBinding,
    SetRolePolicy,
    StopApp,
    TagProfile,
    UpdateProfile,
    WriteRecoveryRecord,
)
from concierge.onboarding.drift import LOCK_DOCUMENT, LOCK_POLICY
from concierge.onboarding.ports import Ledger, Records, Roles, Studio
from concierge.onboarding.recovery import recovery_record
from concierge.plan import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """A callable for `concierge.apply.apply`."""

    ledger: Ledger
    roles: Callable[[Domain], Roles]
    studio: Callable[[Domain], Studio]
    records: Records

    def __call__(self, change: Change) -> None:
        """Raises AwsError as the ports do, and TypeError for a change that is not onboarding's."""
        if not isinstance(change, OnboardingChange):
            raise TypeError(f"not a change of onboarding: {change!r}")
        if isinstance(change, RecordBinding):  # the hub's own: needs no way into the domain's account
            self.ledger.save_binding(change.binding)
        else:
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
            case WriteRecoveryRecord():
                studio_state = studio.recovery(change.domain.domain_id, change.binding.profile)
                self.records.write(change.key, recovery_record(change, studio_state))
            case DeleteSpace():
                studio.delete_space(change.domain.domain_id, change.space)
            case DeleteProfile():
                studio.delete_profile(change.domain.domain_id, change.profile)
            case DeleteRole():
                roles.delete(change.role)
            case _:
                raise TypeError(f"not a change of onboarding: {change!r}")
