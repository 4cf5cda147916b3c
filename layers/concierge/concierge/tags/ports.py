"""What tag remediation needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from concierge.model import App, ProfileBinding, Space
from concierge.tags.model import Tagged


class Ledger(Protocol):
    """Who has what in a domain."""

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something there; `domain` is the catalog's name."""


class Studio(Protocol):
    """Studio in one domain's account and region. Its lists know no tags."""

    def profiles(self, domain_id: str) -> Mapping[str, str]:
        """ARN of every user profile, by name."""

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        """Every space; `owner` is set for private ones only."""

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """Every app that starts or runs."""


class Tags(Protocol):
    """Tags in one account and region."""

    def index(self) -> tuple[Tagged, ...]:
        """Every profile, space and app that has, or had, a tag; kinds that the index does not serve are missing."""

    def read(self, arn: str) -> Mapping[str, str]:
        """The tags of one resource, from the resource itself; raises NotFound if it is gone."""

    def add(self, arn: str, tags: Mapping[str, str]) -> None:
        """Adds or replaces these tags and leaves all others; a resource that is gone is a success."""
