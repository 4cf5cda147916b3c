"""The part of the catalog about directories: what they are called, and how they can be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LoginId(StrEnum):
    """Which of a directory's names is the login id."""

    SAM = "sam"
    UPN = "upn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ldap:
    """How an Active Directory is read over LDAPS.

    servers: host names as their certificates spell them, asked in this order.
    base_dn: the naming context that people and groups are in, such as DC=corp,DC=example,DC=com.
    secret:  ARN of the secret in Secrets Manager: {"username": a bind DN or UPN, "password": ...}.
    ca:      PEM certificates of the authorities that may have signed the servers' certificates.
    """

    servers: tuple[str, ...]
    base_dn: str
    secret: str
    ca: str
    port: int = 636


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityStore:
    """The store of IAM Identity Center: its id, such as d-9067d4e5f6, and its region."""

    id: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """A directory that people come from.

    ids:    other names of it in events, such as d-9067a1b2c3.
    canary: login id of an account that is a member of every managed group; a group in which it is not seen was not
            read completely, and says nothing about who left.
    At most one of `ldap` and `identity_store` says how the directory itself can be read.
    """

    name: str
    ids: tuple[str, ...] = ()
    login_id: LoginId = LoginId.SAM
    ldap: Ldap | None = None
    identity_store: IdentityStore | None = None
    canary: str | None = None

    @property
    def can_be_read(self) -> bool:
        """Whether the directory itself can be asked, so that an event need not say everything."""
        return self.ldap is not None or self.identity_store is not None
