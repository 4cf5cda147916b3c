"""The deployment's secret: `login.ports.Keys` over Secrets Manager, cached in the container."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from concierge.aws.crt.secret_text import secret_text
from concierge.aws.crt.service import Service
from concierge.errors import NotFound, SettingsError

MAX_AGE = timedelta(minutes=5)
_SHORTEST = 32  # characters; the template has AWS make 64


class LoginKeys:
    """A rotation ends no login: what was signed with the secret before it is believed as well."""

    def __init__(self, service: Service, *, arn: str) -> None:
        self._service = service
        self._arn = arn
        self._copies: dict[str, tuple[str, datetime]] = {}

    def current(self, now: datetime) -> str:
        """GetSecretValue when the copy is older than MAX_AGE."""
        return self._version("AWSCURRENT", now)

    def all(self, now: datetime) -> Iterator[str]:
        """The current secret; whoever goes on asking gets the one before it, if there was a rotation."""
        yield self._version("AWSCURRENT", now)
        try:
            yield self._version("AWSPREVIOUS", now)
        except NotFound:
            return

    def _version(self, stage: str, now: datetime) -> str:
        if stage in self._copies and now - self._copies[stage][1] < MAX_AGE:
            return self._copies[stage][0]
        secret = secret_text(self._service, self._arn, stage=stage)
        if len(secret) < _SHORTEST:
            raise SettingsError(f"the secret {self._arn} must be a text of at least {_SHORTEST} characters")
        self._copies[stage] = (secret, now)
        return secret
