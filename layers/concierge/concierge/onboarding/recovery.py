"""What is kept of somebody before what they had is deleted: enough to build it again, and to answer an auditor."""

from __future__ import annotations

import json
from collections.abc import Mapping

from concierge.model import ProfileBinding, Role
from concierge.onboarding.changes import WriteRecoveryRecord

FORMAT = 1


def recovery_record(change: WriteRecoveryRecord, studio: Mapping[str, object]) -> dict[str, object]:
    """Plain JSON values; `studio` is what Studio itself told of the profile and its spaces."""
    return {
        "format": FORMAT,
        "reason": change.reason,
        "domain": {
            "name": change.domain.name,
            "account": change.domain.account,
            "region": change.domain.region,
            "domain_id": change.domain.domain_id,
        },
        "binding": _binding(change.binding),
        "role": None if change.role is None else _role(change.role),
        "studio": dict(studio),
    }


def _binding(binding: ProfileBinding) -> dict[str, object]:
    return {
        "person": binding.person_id,
        "login": binding.login,
        "profile": binding.profile,
        "persona": binding.persona,
        "role": binding.role,
        "tags": dict(binding.tags),
        "closed_at": None if binding.closed_at is None else binding.closed_at.isoformat(),
    }


def _role(role: Role) -> dict[str, object]:
    return {
        "arn": role.arn,
        "tags": dict(role.tags),
        "inline_policies": {name: json.loads(document) for name, document in role.inline_policies.items()},
        "managed_policies": sorted(role.managed_policies),
    }
