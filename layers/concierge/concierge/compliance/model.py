"""What is known of a domain when it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from concierge.catalog.model import Domain
from concierge.model import ProfileBinding, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """How a domain is set up, in AWS's own words (DescribeDomain, API reference); empty where it says nothing."""

    auth_mode: str = ""
    network_access: str = ""
    kms_key: str = ""
    tag_propagation: str = ""
    identity_config: str = ""
    docker_access: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A domain with its profiles, by name, and what the ledger says that people have there."""

    domain: Domain
    posture: Posture
    profiles: Mapping[str, Status]
    bindings: tuple[ProfileBinding, ...]
