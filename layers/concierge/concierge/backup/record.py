"""What is kept of a domain every night. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from concierge.catalog.model import Domain
from concierge.model import ProfileBinding, Space, Status
from concierge.night.room import scope
from concierge.plan import Change, Plan

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDomainRecord(Change):
    """Keeps a domain's record of the day; the same run writes the same bytes under the same key again."""

    domain: Domain
    key: str
    record: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a domain holds: AWS's own description of it as JSON, profiles by name, spaces, and the ledger's bindings."""

    description: Mapping[str, object]
    profiles: Mapping[str, Status]
    spaces: tuple[Space, ...]
    bindings: tuple[ProfileBinding, ...]


def build_plan(domain: Domain, content: Content, now: datetime) -> Plan:
    """One change, however little differs from yesterday: that a record is there says that the night looked."""
    change = WriteDomainRecord(
        subject=f"record of domain {domain.name}",
        reason="a domain that is lost can be built again from it",
        thread=domain.name,
        domain=domain,
        key=key_of(domain, now),
        record=domain_record(domain, content, now),
    )
    return Plan(scope=scope(domain), changes=(change,))


def key_of(domain: Domain, now: datetime) -> str:
    """One for each day in UTC: "domains/research/2026-03-02.json"."""
    return f"domains/{domain.name}/{now.astimezone(UTC):%Y-%m-%d}.json"


def domain_record(domain: Domain, content: Content, now: datetime) -> dict[str, object]:
    """JSON values, sorted, so that two records of the same state differ in `at` alone."""
    return {
        "format": FORMAT,
        "at": now.astimezone(UTC).isoformat(),
        "domain": {
            "name": domain.name,
            "account": domain.account,
            "region": domain.region,
            "domain_id": domain.domain_id,
        },
        "description": dict(content.description),
        "profiles": {name: str(status) for name, status in sorted(content.profiles.items())},
        "spaces": [_space(each) for each in _sorted(content.spaces)],
        "bindings": [_binding(each) for each in sorted(content.bindings, key=lambda each: (each.profile, each.login))],
    }


def _sorted(spaces: Iterable[Space]) -> list[Space]:
    return sorted(spaces, key=lambda each: each.name)


def _space(space: Space) -> dict[str, object]:
    return {
        "name": space.name,
        "status": str(space.status),
        "owner": space.made_by,
        "is_private": space.owner is not None,
    }


def _binding(binding: ProfileBinding) -> dict[str, object]:
    return {
        "person": binding.person_id,
        "login": binding.login,
        "profile": binding.profile,
        "persona": binding.persona,
        "role": binding.role,
        "tags": dict(binding.tags),
        "door": str(binding.door),
        "since": binding.since.astimezone(UTC).isoformat(),
        "closed_at": None if binding.closed_at is None else binding.closed_at.astimezone(UTC).isoformat(),
    }
