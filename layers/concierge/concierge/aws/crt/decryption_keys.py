"""The keys that encrypted assertions are opened with: `login.ports.DecryptionKeys` over Secrets Manager."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from concierge.aws.crt.secret_text import secret_text
from concierge.aws.crt.service import Service
from concierge.login.saml.decryption import read_private_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

MAX_AGE = timedelta(minutes=5)


class SecretDecryptionKeys:
    """PEM in one secret, cached in the container; arn: empty where encrypted assertions are not read."""

    def __init__(self, service: Service, *, arn: str) -> None:
        self._service = service
        self._arn = arn
        self._copy: tuple[tuple[RSAPrivateKey, ...], datetime] | None = None

    def current(self, now: datetime) -> tuple[RSAPrivateKey, ...]:
        """GetSecretValue when the copy is older than MAX_AGE; raises SettingsError for what is no key."""
        if not self._arn:
            return ()
        if self._copy is None or now - self._copy[1] >= MAX_AGE:
            self._copy = (read_private_keys(secret_text(self._service, self._arn)), now)
        return self._copy[0]
