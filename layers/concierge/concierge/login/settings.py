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

    entity_id:        ours, as the identity provider and STS know the application.
    public_base_url:  without a trailing slash; empty means the address that API Gateway gave the API.
    groups_attribute: the SAML attribute that names groups; empty if none is read.
    decryption:       ARN of the secret with the keys for encrypted assertions; empty if none are read.
    """

    provider_arn: str
    login_role: RoleArn
    table: str
    keys_secret: str
    entity_id: str
    public_base_url: str
    idp_initiated: bool
    groups_attribute: str
    decryption: str

    @classmethod
    def read(cls, env: Environment) -> SamlSettings:
        """From SAML_PROVIDER_ARN, LOGIN_ROLE_ARN, LEDGER_TABLE, LOGIN_KEYS_SECRET, SAML_ENTITY_ID, PUBLIC_BASE_URL,
        ALLOW_IDP_INITIATED, GROUPS_ATTRIBUTE and SAML_DECRYPTION_SECRET."""
        return cls(
            provider_arn=env.text("SAML_PROVIDER_ARN"),
            login_role=RoleArn.parse(env.text("LOGIN_ROLE_ARN")),
            table=env.text("LEDGER_TABLE"),
            keys_secret=env.text("LOGIN_KEYS_SECRET"),
            entity_id=env.text("SAML_ENTITY_ID"),
            public_base_url=_base_url(env.optional("PUBLIC_BASE_URL")),
            idp_initiated=env.switch("ALLOW_IDP_INITIATED"),
            groups_attribute=env.optional("GROUPS_ATTRIBUTE"),
            decryption=env.optional("SAML_DECRYPTION_SECRET"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PresignSettings:
    """presigned_url.

    url_expires: seconds in which a link must be followed (CreatePresignedDomainUrl takes 5 to 300).
    """

    table: str
    login_role: RoleArn
    presigner_role: RoleArn
    keys_secret: str
    url_expires: int

    @classmethod
    def read(cls, env: Environment) -> PresignSettings:
        """From LEDGER_TABLE, LOGIN_ROLE_ARN, PRESIGNER_ROLE_ARN, LOGIN_KEYS_SECRET and URL_EXPIRES_SECONDS."""
        return cls(
            table=env.text("LEDGER_TABLE"),
            login_role=RoleArn.parse(env.text("LOGIN_ROLE_ARN")),
            presigner_role=RoleArn.parse(env.text("PRESIGNER_ROLE_ARN")),
            keys_secret=env.text("LOGIN_KEYS_SECRET"),
            url_expires=env.whole("URL_EXPIRES_SECONDS", least=5, most=300),
        )


def _base_url(url: str) -> str:
    """Session credentials travel to this address, so it is https, or this very machine."""
    if url and not _BASE_URL.fullmatch(url) and not _LOOPBACK_URL.fullmatch(url):
        raise SettingsError(
            f"environment variable PUBLIC_BASE_URL is {url!r}; it must be https://… without a trailing slash"
        )
    return url
