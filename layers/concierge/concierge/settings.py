"""A function's environment as frozen values, read once per container."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from concierge.errors import SettingsError


class Environment:
    """Typed reads of environment variables; every problem names the variable and what would be right."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def text(self, name: str) -> str:
        """A variable that must be there; raises SettingsError otherwise."""
        value = self._variables.get(name, "").strip()
        if not value:
            raise SettingsError(f"environment variable {name} is not set; template.yaml sets it for this function")
        return value

    def optional(self, name: str) -> str:
        """A variable that may be missing or empty."""
        return self._variables.get(name, "").strip()

    def switch(self, name: str) -> bool:
        """`true` or `false`; raises SettingsError otherwise."""
        value = self.text(name)
        if value not in ("true", "false"):
            raise SettingsError(f"environment variable {name} is {value!r}; it must be true or false")
        return value == "true"

    def whole(self, name: str, *, least: int, most: int) -> int:
        """A whole number within bounds; raises SettingsError otherwise."""
        value = self.text(name)
        if not value.isdecimal() or not least <= int(value) <= most:
            raise SettingsError(f"environment variable {name} is {value!r}; it must be {least} to {most}")
        return int(value)

    def mapping(self, name: str) -> Mapping[str, str]:
        """A JSON object of texts; raises SettingsError otherwise."""
        value = self.text(name)
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise SettingsError(f"environment variable {name} is {value!r}; it must be a JSON object of texts")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSettings:
    """Where the compiled catalog is, and how long a container trusts its copy."""

    bucket: str
    key: str
    max_age: timedelta

    @classmethod
    def read(cls, env: Environment) -> CatalogSettings:
        """From CATALOG_BUCKET, CATALOG_KEY and CATALOG_MAX_AGE_SECONDS."""
        return cls(
            bucket=env.text("CATALOG_BUCKET"),
            key=env.text("CATALOG_KEY"),
            max_age=timedelta(seconds=env.whole("CATALOG_MAX_AGE_SECONDS", least=0, most=3600)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResyncSettings:
    """Where readings of directories are asked for, and how long requests are gathered."""

    queue_url: str
    delay: timedelta

    @classmethod
    def read(cls, env: Environment) -> ResyncSettings:
        """From RESYNC_QUEUE_URL and RESYNC_DELAY_SECONDS."""
        return cls(
            queue_url=env.text("RESYNC_QUEUE_URL"),
            delay=timedelta(seconds=env.whole("RESYNC_DELAY_SECONDS", least=1, most=900)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSettings:
    """membership_events; entra_secret: ARN of the secret with the clientState, empty if the webhook is closed."""

    table: str
    queue_url: str
    entra_secret: str
    resync: ResyncSettings

    @classmethod
    def read(cls, env: Environment) -> IntakeSettings:
        """From the function's environment."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            queue_url=env.text("MEMBERSHIP_QUEUE_URL"),
            entra_secret=env.optional("ENTRA_CLIENT_STATE_SECRET"),
            resync=ResyncSettings.read(env),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSettings:
    """directory_poller and reconcile_directory.

    margin: how long a directory's servers may disagree about what was changed.
    """

    table: str
    audit_bus: str
    queue_url: str
    account: str
    margin: timedelta
    resync: ResyncSettings

    @classmethod
    def read(cls, env: Environment) -> ReaderSettings:
        """From the function's environment."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            audit_bus=env.text("AUDIT_BUS"),
            queue_url=env.text("MEMBERSHIP_QUEUE_URL"),
            account=env.text("ACCOUNT_ID"),
            margin=timedelta(seconds=env.whole("REPLICATION_MARGIN_SECONDS", least=0, most=3600)),
            resync=ResyncSettings.read(env),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnboardingSettings:
    """onboarding.

    account, partition: where the function runs; boundary: the ARN that every generated role carries.
    requeue: how long a person rests while AWS is not ready.
    activity_table: name of the table that apps report to in every account and region; empty if there is none.
    """

    table: str
    audit_bus: str
    look_again_url: str
    records_bucket: str
    account: str
    partition: str
    boundary: str
    requeue: timedelta
    activity_table: str = ""

    @classmethod
    def read(cls, env: Environment) -> OnboardingSettings:
        """From the function's environment."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            audit_bus=env.text("AUDIT_BUS"),
            look_again_url=env.text("LOOK_AGAIN_QUEUE_URL"),
            records_bucket=env.text("RECORDS_BUCKET"),
            account=env.text("ACCOUNT_ID"),
            partition=env.text("PARTITION"),
            boundary=env.text("BOUNDARY_ARN"),
            requeue=timedelta(seconds=env.whole("REQUEUE_SECONDS", least=1, most=900)),
            activity_table=env.optional("ACTIVITY_TABLE"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings:
    """The rooms of the night.

    activity_table: the table's one name in every account and region.
    workers:        calls that one sweep makes side by side.
    """

    table: str
    audit_bus: str
    account: str
    records_bucket: str
    activity_table: str
    workers: int

    @classmethod
    def read(cls, env: Environment) -> SweepSettings:
        """From the function's environment."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            audit_bus=env.text("AUDIT_BUS"),
            account=env.text("ACCOUNT_ID"),
            records_bucket=env.text("RECORDS_BUCKET"),
            activity_table=env.text("ACTIVITY_TABLE"),
            workers=env.whole("SWEEP_WORKERS", least=1, most=32),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NightSettings:
    """night_run. functions: ARN of the function of each room."""

    table: str
    audit_bus: str
    records_bucket: str
    concurrency: int
    functions: Mapping[str, str]

    @classmethod
    def read(cls, env: Environment) -> NightSettings:
        """From the function's environment."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            audit_bus=env.text("AUDIT_BUS"),
            records_bucket=env.text("RECORDS_BUCKET"),
            concurrency=env.whole("SWEEP_CONCURRENCY", least=1, most=1000),
            functions=env.mapping("ROOMS"),
        )
