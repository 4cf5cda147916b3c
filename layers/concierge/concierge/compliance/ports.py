"""What the compliance audit needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from concierge.compliance.model import Posture
from concierge.model import ProfileBinding, Status


class Ledger(Protocol):
    """Who has what in a domain."""

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something there; `domain` is the catalog's name."""


class Studio(Protocol):
    """Studio in one account and region."""

    def posture(self, domain_id: str) -> Posture:
        """How the domain is set up; raises NotFound if there is no such domain."""

    def profiles(self, domain_id: str) -> Mapping[str, Status]:
        """Every user profile's status, by name."""
