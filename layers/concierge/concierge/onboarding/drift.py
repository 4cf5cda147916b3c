"""What differs between an Access and AWS, step by step. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator

from concierge.catalog.night import limits_in_words
from concierge.model import OWNERSHIP_TAG, AppSettings, AppType, Profile, Role
from concierge.onboarding.changes import (
    AttachPolicy,
    CreateLifecycleConfig,
    CreateRole,
    CreateSpace,
    DetachPolicy,
    DropRolePolicy,
    OnboardingChange,
    SetRolePolicy,
    TagProfile,
    UpdateProfile,
)
from concierge.onboarding.desired import LIFECYCLE_PREFIX, Access
from concierge.onboarding.observed import Observed

LOCK_POLICY = "studio-door-closed"
LOCK_DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "DoorClosed", "Effect": "Deny", "Action": "*", "Resource": "*"}],
    }
)
_WITH_NATIVE_IDLE = (AppType.JUPYTER_LAB, AppType.CODE_EDITOR)
_Limits = tuple[int | None, int | None, int | None]  # minutes, and the bounds that people may change them between


def role_changes(access: Access, role: Role | None) -> Iterator[OnboardingChange]:
    """Creates the role if it is missing, then makes its policies exactly the persona's."""
    if role is None:
        yield CreateRole(
            subject=f"role {access.role.name}",
            reason=access.why,
            thread=access.domain.name,
            domain=access.domain,
            spec=access.role,
        )
    yield from _inline_changes(access, role)
    yield from _managed_changes(access, role)


def _inline_changes(access: Access, role: Role | None) -> Iterator[OnboardingChange]:
    spec, found = access.role, role.inline_policies if role else {}
    subject, thread = f"role {spec.name}", access.domain.name
    for name, document in spec.inline_policies.items():
        if name in found and json.loads(found[name]) == json.loads(document):
            continue
        yield SetRolePolicy(
            subject=subject,
            reason=f"persona {access.persona} gives {'another' if name in found else 'a'} policy",
            thread=thread,
            domain=access.domain,
            role=spec.name,
            policy=name,
            document=document,
        )
    for name in sorted(set(found) - set(spec.inline_policies)):
        back = name == LOCK_POLICY
        yield DropRolePolicy(
            subject=subject,
            reason="the person is back" if back else f"persona {access.persona} does not give {name}",
            thread=thread,
            domain=access.domain,
            role=spec.name,
            policy=name,
        )


def _managed_changes(access: Access, role: Role | None) -> Iterator[OnboardingChange]:
    spec, found = access.role, role.managed_policies if role else frozenset()
    subject, thread = f"role {spec.name}", access.domain.name
    for arn in spec.managed_policies:
        if arn not in found:
            reason = f"persona {access.persona} gives {arn.rpartition('/')[2]}"
            yield AttachPolicy(
                subject=subject,
                reason=reason,
                thread=thread,
                domain=access.domain,
                role=spec.name,
                policy_arn=arn,
            )
    for arn in sorted(found - set(spec.managed_policies)):
        reason = f"persona {access.persona} does not give {arn.rpartition('/')[2]}"
        yield DetachPolicy(
            subject=subject,
            reason=reason,
            thread=thread,
            domain=access.domain,
            role=spec.name,
            policy_arn=arn,
        )


def lifecycle_changes(access: Access, observed: Observed) -> Iterator[OnboardingChange]:
    """Creates the lifecycle configurations that do not exist under their content's name."""
    for spec in access.lifecycle_configs:
        if spec.name not in observed.lifecycle_configs:
            yield CreateLifecycleConfig(
                subject=f"lifecycle configuration {spec.name}",
                reason=access.why,
                thread=access.domain.name,
                domain=access.domain,
                spec=spec,
            )


def profile_changes(access: Access, profile: Profile) -> Iterator[OnboardingChange]:
    """Mends tags, then role and settings; foreign tags and foreign lifecycle configurations stay."""
    subject, thread = f"profile {access.profile} in {access.domain.name}", access.domain.name
    wrong = sorted(key for key, value in access.tags.items() if profile.tags.get(key) != value)
    if wrong:
        yield TagProfile(
            subject=subject,
            reason=f"missing or wrong: {', '.join(wrong)}",
            thread=thread,
            domain=access.domain,
            arn=profile.arn,
            tags={key: access.tags[key] for key in (*wrong, OWNERSHIP_TAG)},  # IAM lets only our tags through
        )
    reasons = (*_settings_drift(access, profile), *_idle_drift(access, profile))
    if reasons:
        yield UpdateProfile(
            subject=subject, reason="; ".join(reasons), thread=thread, domain=access.domain, access=access
        )


def _settings_drift(access: Access, profile: Profile) -> Iterator[str]:
    if profile.execution_role != access.role.arn:
        yield f"its execution role is {profile.execution_role or 'missing'}, not that of persona {access.persona}"
    for app_type in AppType:
        attached = profile.apps.get(app_type, AppSettings()).lifecycle_configs
        wanted = access.lifecycle_arns(app_type)
        if not set(wanted) <= set(attached):
            yield f"a lifecycle configuration of {app_type} is not attached"
        if superseded(attached, wanted):
            yield f"a former lifecycle configuration of {app_type} is still attached"
    for app_type in _WITH_NATIVE_IDLE:
        settings = profile.apps.get(app_type, AppSettings())
        if access.instance_type is not None and settings.instance_type != access.instance_type:
            yield f"{app_type} starts on {settings.instance_type}, not {access.instance_type}"


def _idle_drift(access: Access, profile: Profile) -> Iterator[str]:
    if access.idle is None:
        return
    due = (access.idle.minutes, access.idle.least, access.idle.most)
    known = {app_type: _limits_of(profile.apps.get(app_type, AppSettings())) for app_type in _WITH_NATIVE_IDLE}
    for app_type, found in known.items():
        if found != due:
            yield f"{app_type} stops {limits_in_words(*found)}, not {limits_in_words(*due)}"
    if set(known.values()) != {due}:
        yield "apps that run keep their former idle limits until they are restarted"


def _limits_of(settings: AppSettings) -> _Limits:
    return settings.idle_minutes, settings.least_idle_minutes, settings.most_idle_minutes


def superseded(attached: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Of the attached lifecycle configurations (ARNs), those that were made here and are not wanted any more."""
    return tuple(arn for arn in attached if arn.rpartition("/")[2].startswith(LIFECYCLE_PREFIX) and arn not in wanted)


def space_changes(access: Access, observed: Observed) -> Iterator[OnboardingChange]:
    """Creates the persona's private spaces that are missing; an existing space is the person's own to shape."""
    for spec in access.spaces:
        if spec.name not in observed.spaces:
            yield CreateSpace(
                subject=f"space {spec.name} in {access.domain.name}",
                reason=access.why,
                thread=access.domain.name,
                domain=access.domain,
                access=access,
                spec=spec,
            )
