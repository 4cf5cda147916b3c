"""What domain backup needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from concierge.model import ProfileBinding, Space, Status


class Ledger(Protocol):
    """Who has what in a domain."""

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something there; `domain` is the catalog's name."""


class Studio(Protocol):
    """Studio in one account and region."""

    def description(self, domain_id: str) -> Mapping[str, object]:
        """All that AWS tells of the domain, as JSON values with times in ISO 8601; raises NotFound."""

    def profiles(self, domain_id: str) -> Mapping[str, Status]:
        """Every user profile's status, by name."""

    def all_spaces(self, domain_id: str) -> tuple[Space, ...]:
        """Every space, whatever becomes of it; `owner` is set for private ones only, `made_by` for all."""


class Records(Protocol):
    """Where records are kept; a former version of one that is written again stays."""

    def write(self, key: str, record: Mapping[str, object]) -> None:
        """Keeps JSON under a key; raises AwsError."""
