"""Which of a role's permissions its recorded calls really needed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from local.gate.gate import Call
from local.gate.policy import Request, Statement, decide, without_action


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One action of one Allow statement of a role."""

    role: str
    policy: str
    sid: str
    action: str


def permissions(role: str, found: Iterable[Statement]) -> Iterator[tuple[Permission, Statement]]:
    """Every action that the role's Allow statements name; a wildcard counts as one action."""
    for statement in found:
        if statement.effect == "Allow":
            for action in statement.actions:
                yield Permission(role, statement.policy, statement.sid, action), statement


def unneeded(roles: Mapping[str, Sequence[Statement]], calls: Iterable[Call]) -> tuple[Permission, ...]:
    """The permissions without which every recorded call would have been allowed all the same.

    roles: the identity policies of each role, by its name.
    """
    requests: dict[str, set[tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]]] = {}
    for call in calls:
        if call.decision.allowed:
            key = (call.action, call.resource, tuple(sorted(call.context.items())))
            requests.setdefault(call.principal_role, set()).add(key)
    found = []
    for role, statements in roles.items():
        made = [Request(action=a, resource=r, context=dict(c)) for a, r, c in requests.get(role, ())]
        for permission, statement in permissions(role, statements):
            less = list(without_action(statements, statement, permission.action))
            if all(decide(request, less).allowed for request in made):
                found.append(permission)
    return tuple(sorted(found))
