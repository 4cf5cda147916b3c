"""Accounts that read directories, from Secrets Manager. Nothing of a secret appears in an error or a log line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from concierge.aws.errors import translated
from concierge.directory.deltas import BindCredentials
from concierge.errors import UnusableSecret

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_secretsmanager import SecretsManagerClient

T = TypeVar("T")
MAX_AGE = timedelta(minutes=5)  # after a rotation, the former password is tried no longer than this


class BindSecrets:
    """Credentials by the ARN of their secret, kept in the container for MAX_AGE; `client` gives that of a region."""

    def __init__(self, client: Callable[[str], SecretsManagerClient]) -> None:
        self._client = client
        self._credentials: dict[str, tuple[BindCredentials, datetime]] = {}
        self._texts: dict[str, tuple[str, datetime]] = {}

    def text(self, arn: str, *, now: datetime) -> str:
        """GetSecretValue of a secret that is one word, when the copy is too old; raises AwsError."""
        return _recent(self._texts, arn, now, lambda: _string(self._of(arn), arn).strip())

    def credentials(self, arn: str, *, now: datetime) -> BindCredentials:
        """GetSecretValue when the copy is too old; raises as `read_credentials`."""
        return _recent(self._credentials, arn, now, lambda: read_credentials(self._of(arn), arn))

    def _of(self, arn: str) -> SecretsManagerClient:
        return self._client(arn.split(":")[3])


def read_credentials(client: SecretsManagerClient, arn: str) -> BindCredentials:
    """GetSecretValue of {"username": ..., "password": ...}; other keys are for others.

    Raises UnusableSecret for any other content, and AwsError if it cannot be read.
    """
    fields = _fields(_string(client, arn))
    username, password = (fields.get(name) for name in ("username", "password"))
    # An empty password would be worse than a wrong one: LDAP takes it for an anonymous bind, which succeeds.
    if not (isinstance(username, str) and username and isinstance(password, str) and password):
        raise UnusableSecret(
            f'secret {arn} is not usable: it has to be JSON text such as {{"username": "...", "password": "..."}}, '
            "with neither of them empty"
        )
    return BindCredentials(username=username, password=password)


def _recent(copies: dict[str, tuple[T, datetime]], arn: str, now: datetime, read: Callable[[], T]) -> T:
    """The copy of a secret, read again once it is too old; what cannot be read is not kept."""
    copy = copies.get(arn)
    if copy is None or now - copy[1] >= MAX_AGE:
        copy = copies[arn] = (read(), now)
    return copy[0]


def _string(client: SecretsManagerClient, arn: str) -> str:
    """Empty for a binary secret."""
    with translated("secretsmanager:GetSecretValue"):
        return client.get_secret_value(SecretId=arn).get("SecretString", "")


def _fields(text: str) -> dict[str, object]:
    """Empty for what is no JSON object. The parser's own error holds the text, so it must not be chained."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
