"""Accounts that read directories, from Secrets Manager. Nothing of a secret appears in an error or a log line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.directory.deltas import BindCredentials
from concierge.errors import UnusableSecret

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_secretsmanager import SecretsManagerClient

MAX_AGE = timedelta(minutes=5)  # after a rotation, the former password is tried no longer than this


class BindSecrets:
    """Credentials by the ARN of their secret, kept in the container for MAX_AGE; `client` gives that of a region."""

    def __init__(self, client: Callable[[str], SecretsManagerClient]) -> None:
        self._client = client
        self._read: dict[str, tuple[BindCredentials, datetime]] = {}
        self._texts: dict[str, tuple[str, datetime]] = {}

    def text(self, arn: str, *, now: datetime) -> str:
        """GetSecretValue of a secret that is one word, when the copy is too old; raises AwsError."""
        copy = self._texts.get(arn)
        if copy is None or now - copy[1] >= MAX_AGE:
            with translated("secretsmanager:GetSecretValue"):
                text = self._client(arn.split(":")[3]).get_secret_value(SecretId=arn).get("SecretString", "")
            copy = (text.strip(), now)
            self._texts[arn] = copy
        return copy[0]

    def credentials(self, arn: str, *, now: datetime) -> BindCredentials:
        """GetSecretValue when the copy is too old; raises as `read_credentials`."""
        copy = self._read.get(arn)
        if copy is None or now - copy[1] >= MAX_AGE:
            copy = (read_credentials(self._client(arn.split(":")[3]), arn), now)
            self._read[arn] = copy
        return copy[0]


def read_credentials(client: SecretsManagerClient, arn: str) -> BindCredentials:
    """GetSecretValue of {"username": ..., "password": ...}; other keys are for others.

    Raises UnusableSecret for any other content, and AwsError if it cannot be read.
    """
    with translated("secretsmanager:GetSecretValue"):
        text = client.get_secret_value(SecretId=arn).get("SecretString", "")
    fields = _fields(text)
    username, password = (fields.get(name) for name in ("username", "password"))
    # An empty password would be worse than a wrong one: LDAP takes it for an anonymous bind, which succeeds.
    if not (isinstance(username, str) and username and isinstance(password, str) and password):
        raise UnusableSecret(
            f'secret {arn} is not usable: it has to be JSON text such as {{"username": "...", "password": "..."}}, '
            "with neither of them empty"
        )
    return BindCredentials(username=username, password=password)


def _fields(text: str) -> dict[str, object]:
    """Empty for what is no JSON object. The parser's own error holds the text, so it must not be chained."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
