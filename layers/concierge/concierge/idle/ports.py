"""What idle shutdown needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from typing import Protocol

from concierge.model import App, ProfileBinding, Space


class Ledger(Protocol):
    """Who has what in a domain."""

    def bindings_in_domain(self, domain: str) -> tuple[ProfileBinding, ...]:
        """Everybody who has or had something there; `domain` is the catalog's name."""


class Studio(Protocol):
    """Studio in one domain's account and region."""

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        """Every space; `owner` is set for private ones only."""

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """Every app that starts or runs, without its timestamps of activity."""

    def describe(self, app: App) -> App | None:
        """The app with its timestamps, or None if it is gone."""

    def stop(self, app: App) -> None:
        """Stops it; an app that is gone is a success."""
