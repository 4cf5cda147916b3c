"""Which of a role's permissions its recorded calls really needed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from local.gate.gate import Call
from local.gate.patterns import like
from local.gate.policy import Request, Statement, applies, keys_of


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One action of one statement of a role; a wildcard is one action, and a NotAction is one, called so.

    effect: Allow, or Deny for what a prohibition prohibits. `index` counts the statements of the policy from 0.
    """

    role: str
    policy: str
    sid: str
    action: str
    index: int = 0
    effect: str = "Allow"


def permissions(role: str, found: Iterable[Statement], effect: str = "Allow") -> Iterator[tuple[Permission, Statement]]:
    """Every action that the role's statements of this effect name."""
    for statement in found:
        if statement.effect == effect:
            for action in statement.actions or ("NotAction",):
                yield Permission(role, statement.policy, statement.sid, action, statement.index, effect), statement


def unneeded(
    roles: Mapping[str, Sequence[Statement]], calls: Iterable[Call], *, denies: bool = False
) -> tuple[Permission, ...]:
    """The permissions without which every recorded call would have been allowed all the same.

    roles:  the identity policies of each role, by its name.
    denies: also the prohibitions that no recorded call ran into, or only together with another prohibition or without
            a permission.
    """
    made: dict[str, list[Call]] = {}
    for call in calls:
        made.setdefault(call.principal_role, []).append(call)
    found: list[Permission] = []
    for role, statements in roles.items():
        own = made.get(role, [])
        allowed = [call for call in own if call.decision.allowed and not call.decision.by_resource]
        denied = [call for call in own if not call.decision.allowed]
        found += _never_alone(list(permissions(role, statements)), _requests(allowed, statements))
        if denies:
            otherwise = [each for each in _requests(denied, statements) if _is_permitted(statements, each)]
            found += _never_alone(list(permissions(role, statements, "Deny")), otherwise)
    return tuple(sorted(found))


def _never_alone(
    candidates: Sequence[tuple[Permission, Statement]], requests: Iterable[Request]
) -> Iterator[Permission]:
    """Those that never were the only one to fit a request: taking such a one away changes nothing."""
    needed: set[Permission] = set()
    for request in requests:
        fitting: list[Permission] = []
        for statement, named in _by_statement(candidates):
            matching = [each for each in named if _names(each, request.action)]
            if matching and applies(statement, request):
                fitting += matching
        if len(fitting) == 1:
            needed.update(fitting)
    return (permission for permission, _ in candidates if permission not in needed)


def _by_statement(
    candidates: Sequence[tuple[Permission, Statement]],
) -> Iterable[tuple[Statement, list[Permission]]]:
    found: dict[int, tuple[Statement, list[Permission]]] = {}
    for permission, statement in candidates:
        found.setdefault(id(statement), (statement, []))[1].append(permission)
    return found.values()


def _names(permission: Permission, action: str) -> bool:
    return permission.action == "NotAction" or like(permission.action.lower(), action.lower())


def _is_permitted(statements: Iterable[Statement], request: Request) -> bool:
    return any(each.effect == "Allow" and applies(each, request) for each in statements)


def _requests(calls: Iterable[Call], statements: Sequence[Statement]) -> tuple[Request, ...]:
    """The different requests among the calls: only condition keys that the statements ask for tell them apart."""
    asked = frozenset[str]().union(*(keys_of(each) for each in statements))
    different: dict[tuple[object, ...], Request] = {}
    for call in calls:
        context = {key: values for key, values in call.context.items() if key in asked}
        key = (call.action, call.resource, *sorted(context.items()))
        different.setdefault(key, Request(action=call.action, resource=call.resource, context=context))
    return tuple(different.values())
