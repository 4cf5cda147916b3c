"""The steps that bring one person in, keep them right and let them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from concierge.catalog.model import Domain
from concierge.model import App, ProfileBinding, Role
from concierge.onboarding.desired import Access, LifecycleSpec, RoleSpec, SpaceSpec
from concierge.plan import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingChange(Change):
    """A step in one domain; changes of one domain run in order, and domains do not affect one another."""

    domain: Domain


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRole(OnboardingChange):
    """Creates an execution role, bounded and tagged, still without a right."""

    spec: RoleSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRolePolicy(OnboardingChange):
    """Puts an inline policy on a generated role."""

    role: str
    policy: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRolePolicy(OnboardingChange):
    """Removes an inline policy from a generated role."""

    role: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachPolicy(OnboardingChange):
    """Attaches a managed policy to a generated role."""

    role: str
    policy_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachPolicy(OnboardingChange):
    """Takes a managed policy from a generated role."""

    role: str
    policy_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLifecycleConfig(OnboardingChange):
    """Creates a lifecycle configuration under its content's name."""

    spec: LifecycleSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProfile(OnboardingChange):
    """Creates the user profile."""

    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProfile(OnboardingChange):
    """Brings role and settings of the user profile in line."""

    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class TagProfile(OnboardingChange):
    """Sets tags of the user profile."""

    arn: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSpace(OnboardingChange):
    """Creates a private space."""

    access: Access
    spec: SpaceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StopApp(OnboardingChange):
    """Stops a running app; what it wrote to its space stays."""

    removes: ClassVar[bool] = True

    app: App


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRole(OnboardingChange):
    """Denies everything to a role that one person alone uses: sessions that run end at their next call."""

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRecoveryRecord(OnboardingChange):
    """Keeps what the person had, before the first of it is deleted."""

    key: str
    binding: ProfileBinding
    role: Role | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSpace(OnboardingChange):
    """Deletes a private space with its own disk; home data is elsewhere and stays."""

    removes: ClassVar[bool] = True

    space: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteProfile(OnboardingChange):
    """Deletes the user profile; its home directory stays in the domain's file system."""

    removes: ClassVar[bool] = True

    profile: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRole(OnboardingChange):
    """Deletes a role that one person alone used, with its policies."""

    removes: ClassVar[bool] = True

    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBinding(OnboardingChange):
    """Notes in the ledger what the person has; from then on login finds it, or refuses."""

    binding: ProfileBinding
