"""Who calls: sessions of roles, behind their access keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import Role, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from local.gate.policy import Policy, Statement, UnknownElement, statements
from local.gate.roles import document_of, role_of, tags_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A session of a role: its tags are the role's own, overlaid by the session's."""

    role: Role
    arn: str
    session_name: str
    tags: Mapping[str, str]
    transitive_tags: Mapping[str, str]
    source_identity: str
    user_id: str
    session_policy: str

    @property
    def names(self) -> tuple[Mapping[str, str], ...]:
        """How a trust or resource policy may name it."""
        return ({"AWS": str(self.role.arn)}, {"AWS": self.arn})

    @property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The condition keys that describe the principal."""
        plain = {
            "aws:principalarn": str(self.role.arn),
            "aws:principalaccount": str(self.role.account_id),
            "aws:principaltype": "AssumedRole",
            "aws:userid": self.user_id,
            "aws:sourceidentity": self.source_identity,
        }
        found = {key: value for key, value in plain.items() if value}
        found |= {f"aws:principaltag/{key}".lower(): value for key, value in self.tags.items()}
        return {key: (value,) for key, value in found.items()}

    def identity(self) -> list[Statement]:
        """All statements of the role's identity policies; raises UnknownElement."""
        return identity_of(self.role)

    def boundary(self) -> list[Statement] | None:
        """The statements of the role's permissions boundary, None if it has none; raises UnknownElement."""
        return boundary_of(self.role)

    def session(self) -> tuple[Statement, ...] | None:
        """The statements of the policy that the role was assumed with, None if there was none."""
        return statements(Policy("session policy", self.session_policy)) if self.session_policy else None


class Sessions:
    """Sessions of roles: moto keeps their keys and roles, and here is what it does not keep."""

    def __init__(self) -> None:
        self._details: dict[str, _Details] = {}
        self._assumed: dict[str, AssumedRole] = {}

    def remember(
        self,
        access_key: str,
        tags: Mapping[str, str],
        *,
        source_identity: str = "",
        transitive: Collection[str] = (),
        inherited: Mapping[str, str] | None = None,
    ) -> None:
        """What the role was assumed with; `inherited`: the transitive tags of the session that assumed it."""
        handed_down = dict(inherited or {})
        passing = handed_down | {key: value for key, value in tags.items() if key in transitive}
        self._details[access_key] = _Details({**tags, **handed_down}, passing, source_identity)

    def is_session(self, access_key: str) -> bool:
        """Whether a role's session has, or had, this key."""
        return self._role_session(access_key) is not None

    def account(self, access_key: str) -> str | None:
        """The account of the role that the key's session is of; None for keys that are no role's."""
        assumed = self._role_session(access_key)
        return assumed.role_arn.split(":")[4] if assumed is not None else None

    def principal(self, access_key: str) -> Principal | None:
        """The session behind an access key; None for keys that are no role's, and when the role is gone."""
        assumed = self._role_session(access_key)
        role = role_of(assumed.role_arn) if assumed is not None else None
        if assumed is None or role is None:
            return None
        details = self._details.get(access_key, _Details({}, {}, ""))
        return Principal(
            role=role,
            arn=assumed.arn,
            session_name=assumed.session_name,
            tags={**tags_of(role), **details.tags},
            transitive_tags=details.transitive,
            source_identity=details.source_identity,
            user_id=assumed.user_id,
            session_policy=assumed.policy or "",
        )

    def _role_session(self, access_key: str) -> AssumedRole | None:
        if access_key not in self._assumed:
            for account in list(sts_backends.keys()):
                found = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
                if found is not None:
                    self._assumed[access_key] = found
        return self._assumed.get(access_key)


@dataclass(frozen=True, slots=True)
class _Details:
    tags: Mapping[str, str]
    transitive: Mapping[str, str]
    source_identity: str


def of_service(role: Role) -> Principal:
    """An AWS service that uses a role that it was handed."""
    return Principal(
        role=role,
        arn=str(role.arn),
        session_name="aws-service",
        tags=tags_of(role),
        transitive_tags={},
        source_identity="",
        user_id=f"{role.id}:aws-service",
        session_policy="",
    )


def identity_of(role: Role) -> list[Statement]:
    """All statements of a role's identity policies; raises UnknownElement."""
    inline = [Policy(name, document) for name, document in list(role.policies.items())]
    attached = [Policy(each.name, document_of(each)) for each in list(role.managed_policies.values())]
    return [statement for policy in (*inline, *attached) for statement in statements(policy)]


def boundary_of(role: Role) -> list[Statement] | None:
    """The statements of a role's permissions boundary, None if it has none; raises UnknownElement."""
    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy: Any = iam_backends[role.account_id]["aws"].managed_policies.get(arn)
    if policy is None:
        raise UnknownElement(f"the permissions boundary {arn} does not exist")
    return list(statements(Policy(policy.name, document_of(policy))))
