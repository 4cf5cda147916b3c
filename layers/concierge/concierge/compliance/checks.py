"""What should be true of every domain. Pure; each check is one function that answers with a finding or with nothing.

Sections are those of the whitepaper SageMaker Studio Administration Best Practices, unless another source is named.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from concierge.compliance.model import Inspected
from concierge.model import Door, Status
from concierge.plan import Finding, few

Check = Callable[[Inspected], Finding | None]

_FAILED = (Status.FAILED, Status.UPDATE_FAILED, Status.DELETE_FAILED)


def iam_authentication(seen: Inspected) -> Finding | None:
    """Identity management: presigned URLs, by which people get in here, exist for domains with IAM authentication."""
    if seen.posture.auth_mode == "IAM":
        return None
    return _domain(
        seen,
        f"AuthMode is {_said(seen.posture.auth_mode)}, must be IAM: nobody can be let in by a presigned URL; it is"
        " fixed at birth, so the domain has to be made anew",
    )


def vpc_only(seen: Inspected) -> Finding | None:
    """Network management and the guardrail for non-compliant domains: no way to the internet past the company's."""
    if seen.posture.network_access == "VpcOnly":
        return None
    return _domain(
        seen,
        f"AppNetworkAccessType is {_said(seen.posture.network_access)}, should be VpcOnly: apps reach the internet past"
        " the company's network; it can be changed while no app runs",
    )


def customer_key(seen: Inspected) -> Finding | None:
    """Data protection, encryption at rest: home directories under a key that the company controls."""
    if seen.posture.kms_key:
        return None
    return _domain(
        seen,
        "KmsKeyId is not set, should be a key of the company: home directories are encrypted with a key of AWS; it is"
        " fixed at birth, so the domain has to be made anew",
    )


def tags_handed_on(seen: Inspected) -> Finding | None:
    """Cost attribution, automated tagging: an app that has no tag has nobody who pays for it."""
    if seen.posture.tag_propagation == "ENABLED":
        return None
    return _domain(
        seen,
        f"TagPropagation is {_said(seen.posture.tag_propagation)}, should be ENABLED: apps are born without tags of who"
        " pays; studio_settings switches it on",
    )


def named_in_cloudtrail(seen: Inspected) -> Finding | None:
    """Logging and monitoring, audit with CloudTrail: whoever shares a role is still told apart."""
    if seen.posture.identity_config == "USER_PROFILE_NAME":
        return None
    return _domain(
        seen,
        f"ExecutionRoleIdentityConfig is {_said(seen.posture.identity_config)}, should be USER_PROFILE_NAME: CloudTrail"
        " does not say who acted with a shared role; it can be changed while no app runs",
    )


def without_docker(seen: Inspected) -> Finding | None:
    """Permissions management, unapproved images; DockerSettings, API reference: any image can be run past that rule."""
    if seen.posture.docker_access != "ENABLED":
        return None
    return _domain(
        seen,
        "EnableDockerAccess is ENABLED, should be DISABLED: people can run images that nobody has approved",
    )


def profiles_of_people(seen: Inspected) -> Finding | None:
    """Domain management, user profiles: who may enter has something to enter."""
    missing = [each.profile for each in seen.bindings if each.door is Door.OPEN and each.profile not in seen.profiles]
    return _profiles(seen, missing, "the ledger says that people may enter them, but they do not exist")


def profiles_without_binding(seen: Inspected) -> Finding | None:
    """Domain management, user profiles: whoever got one past the directory's groups is told, and left alone."""
    bound = {each.profile for each in seen.bindings}
    reason = "the ledger has no binding for them, so they are not managed here; left alone"
    return _profiles(seen, [name for name in seen.profiles if name.lower() not in bound], reason)


def profiles_in_order(seen: Inspected) -> Finding | None:
    """Domain management, user profiles: one that has failed lets nobody in, and AWS does not mend it."""
    failed = [f"{name} ({status})" for name, status in seen.profiles.items() if status in _FAILED]
    return _profiles(seen, failed, "they have failed, should be InService; DescribeUserProfile tells why")


CHECKS: tuple[Check, ...] = (
    iam_authentication,
    vpc_only,
    customer_key,
    tags_handed_on,
    named_in_cloudtrail,
    without_docker,
    profiles_of_people,
    profiles_without_binding,
    profiles_in_order,
)


def findings(seen: Inspected) -> tuple[Finding, ...]:
    """What is not as it should be, in the order of the checks."""
    return tuple(finding for check in CHECKS if (finding := check(seen)) is not None)


def _domain(seen: Inspected, reason: str) -> Finding:
    return Finding(subject=f"domain {seen.domain.name}", reason=reason)


def _profiles(seen: Inspected, names: Collection[str], reason: str) -> Finding | None:
    if not names:
        return None
    return Finding(subject=f"{len(names)} profiles in {seen.domain.name}", reason=f"{reason}: {few(names)}")


def _said(word: str) -> str:
    return word or "not set"
