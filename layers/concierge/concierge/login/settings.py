"""The environments of the two login functions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from concierge.errors import SettingsError
from concierge.settings import Environment

_ROLE_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/(?:[\x21-\x7e]+/)?([\w+=,.@-]{1,64})", re.ASCII)
_BASE_URL = re.compile(r"https://[^\s/?#]+(/[^\s?#]*[^\s?#/])?")
_LOOPBACK_URL = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*[^\s?#/])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleArn:
    """An IAM role, taken apart; `name` is without its path, because STS leaves the path out of a session's ARN."""

    arn: str
    partition: str
    account: str
    name: str

    @classmethod
    def parse(cls, arn: str) -> RoleArn:
        """Raises SettingsError for anything that is not the ARN of a role."""
        match = _ROLE_ARN.fullmatch(arn)
        if match is None:
            raise SettingsError(f"{arn!r} is not the ARN of an IAM role")
        partition, account, name = match.groups()
        return cls(arn=arn, partition=partition, account=account, name=name)

    @property
    def sessions(self) -> str:
        """What the ARN of each of the role's sessions starts with; the session's name follows."""
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{self.name}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlSettings:
    """saml_validator.

    public_base_url: without a trailing slash; empty means the address that API Gateway gave the API.
    """

    provider_arn: str
    login_role: RoleArn
    table: str
    public_base_url: str

    @classmethod
    def read(cls, env: Environment) -> SamlSettings:
        """From SAML_PROVIDER_ARN, LOGIN_ROLE_ARN, LEDGER_TABLE and PUBLIC_BASE_URL."""
        return cls(
            provider_arn=env.text("SAML_PROVIDER_ARN"),
            login_role=RoleArn.parse(env.text("LOGIN_ROLE_ARN")),
            table=env.text("LEDGER_TABLE"),
            public_base_url=_base_url(env.optional("PUBLIC_BASE_URL")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignSettings:
    """presigned_url.

    url_expires: seconds in which a link must be followed (CreatePresignedDomainUrl takes 5 to 300).
    """

    table: str
    login_role: RoleArn
    presigner_role: RoleArn
    url_expires: int

    @classmethod
    def read(cls, env: Environment) -> PresignSettings:
        """From LEDGER_TABLE, LOGIN_ROLE_ARN, PRESIGNER_ROLE_ARN and URL_EXPIRES_SECONDS."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            login_role=RoleArn.parse(env.text("LOGIN_ROLE_ARN")),
            presigner_role=RoleArn.parse(env.text("PRESIGNER_ROLE_ARN")),
            url_expires=env.whole("URL_EXPIRES_SECONDS", least=5, most=300),
        )


def _base_url(url: str) -> str:
    """Session credentials travel to this address, so it is https, or this very machine."""
    if url and not _BASE_URL.fullmatch(url) and not _LOOPBACK_URL.fullmatch(url):
        raise SettingsError(
            f"environment variable PUBLIC_BASE_URL is {url!r}; it must be https://… without a trailing slash"
        )
    return url
