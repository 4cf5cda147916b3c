"""What idle shutdown needs from the world; `concierge.aws` provides it, and tests provide it in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from concierge.idle.evidence import Known
from concierge.model import App, ProfileBinding, Space
from concierge.pace import Pace


class Ledger(Protocol):
    """Who has what in a domain."""

    def each_binding_in_domain(self, domain: str) -> Iterator[ProfileBinding]:
        """Everybody who has or had something there, one by one; `domain` is the catalog's name. Raises AwsError."""


class Studio(Protocol):
    """Studio in one account and region."""

    def spaces(self, domain_id: str) -> tuple[Space, ...]:
        """Every space; `owner` is set for private ones only."""

    def apps(self, domain_id: str) -> tuple[App, ...]:
        """Every app that starts or runs, without its timestamps of activity."""

    def describe(self, app: App) -> App | None:
        """The app with its timestamps, or None if it is gone."""

    def stop(self, app: App) -> None:
        """Stops it; an app that is gone is a success."""


class Activity(Protocol):
    """What is kept about running apps in one account and region."""

    def read(self) -> Known:
        """All of it, in few calls."""

    def warned(self, key: str, at: datetime) -> None:
        """Keeps that the owner of an app was told, by the app's key."""

    def save_paces(self, paces: Mapping[str, Pace]) -> None:
        """Keeps call rates that were learnt, by API operation."""


class Tags(Protocol):
    """Tags in one account and region."""

    def having(self, key: str) -> Mapping[str, str]:
        """The value of a tag, by ARN in lower case, of every profile, space and app that carries it."""


class Pacing(Protocol):
    """How fast the APIs of one account and region are called."""

    def start_from(self, paces: Mapping[str, Pace]) -> None:
        """Rates that earlier runs have learnt."""

    def learnt(self) -> Mapping[str, Pace]:
        """What is worth keeping for the next run."""
