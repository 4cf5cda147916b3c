"""What AWS has for one person in one domain, read through the ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from concierge.model import App, Profile, ProfileBinding, Role, Space
from concierge.onboarding.desired import Access
from concierge.onboarding.ports import Roles, Studio


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The person's role, profile, lifecycle configurations that exist (by name), and spaces (by name).

    former_role: the role that the ledger remembers, where the person is to have another one now.
    """

    role: Role | None = None
    former_role: Role | None = None
    profile: Profile | None = None
    lifecycle_configs: frozenset[str] = frozenset()
    spaces: Mapping[str, Space] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedExit:
    """What a person who has to leave still has in a domain: the profile, its running apps, and the role.

    spaces: all that the profile made, with tags; read only once everything is to be removed.
    """

    profile: Profile | None = None
    apps: tuple[App, ...] = ()
    role: Role | None = None
    spaces: tuple[Space, ...] = ()


def observe(access: Access, binding: ProfileBinding | None, roles: Roles, studio: Studio) -> Observed:
    """Reads what `access` is compared with; spaces only once the profile that owns them is there."""
    profile = studio.profile(access.domain.domain_id, access.profile)
    spaces: dict[str, Space] = {}
    if profile is not None:
        for spec in access.spaces:
            space = studio.space(access.domain.domain_id, spec.name)
            if space is not None:
                spaces[spec.name] = space
    return Observed(
        role=roles.find(access.role.name),
        former_role=roles.find(binding.role) if binding and binding.role not in ("", access.role.name) else None,
        profile=profile,
        lifecycle_configs=frozenset(
            spec.name for spec in access.lifecycle_configs if studio.lifecycle_config(spec.name) is not None
        ),
        spaces=spaces,
    )


def observe_exit(domain_id: str, profile_name: str, roles: Roles, studio: Studio) -> ObservedExit:
    """Reads what has to be closed; the role is the one that the profile itself names."""
    profile = studio.profile(domain_id, profile_name)
    if profile is None or not profile.is_ours:
        return ObservedExit(profile=profile)
    return ObservedExit(
        profile=profile,
        apps=studio.running_apps(domain_id, profile_name),
        role=roles.find(profile.execution_role.rpartition("/")[2]),
    )


def observe_removal(domain_id: str, binding: ProfileBinding, roles: Roles, studio: Studio) -> ObservedExit:
    """Reads what is to be deleted; the role is the ledger's, because the profile may be gone already."""
    profile = studio.profile(domain_id, binding.profile) if binding.profile else None
    ours = profile is not None and profile.is_ours
    return ObservedExit(
        profile=profile,
        apps=studio.running_apps(domain_id, binding.profile) if ours else (),
        role=roles.find(binding.role) if binding.role else None,
        spaces=studio.spaces_of(domain_id, binding.profile) if ours else (),
    )
