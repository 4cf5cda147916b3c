"""IAM policy evaluation. Pure.

Source: "Policy evaluation logic" and "IAM JSON policy elements" (IAM User Guide). An operator or element that is not
known here raises UnknownElement: nothing is allowed by being overlooked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from local.gate.conditions import Condition, UnknownElement, condition
from local.gate.patterns import Context, Unresolved, like, matches_arn, variables

__all__ = [
    "Context",
    "Decision",
    "Policy",
    "Request",
    "Statement",
    "UnknownElement",
    "applies",
    "decide",
    "keys_of",
    "like",
    "statements",
    "without_action",
]

_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document with the name that it is known by."""

    name: str
    document: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy; `index` counts from 0, `sid` may be empty."""

    policy: str
    index: int
    sid: str
    effect: str
    body: Mapping[str, Any]
    conditions: tuple[Condition, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """Its actions; empty for NotAction."""
        return _many(self.body.get("Action", ()))

    def __str__(self) -> str:
        return f"{self.policy}, {self.sid or f'statement {self.index}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One action on one resource."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether it is allowed, by which statement (an Allow or an explicit Deny), and why.

    by_resource: the resource's own policy allows it, whatever the identity policies say.
    """

    allowed: bool
    reason: str
    statement: Statement | None = None
    by_resource: bool = False


@cache
def statements(policy: Policy) -> tuple[Statement, ...]:
    """Raises UnknownElement for a document that is not a policy."""
    try:
        document = json.loads(policy.document)
    except ValueError as error:
        raise UnknownElement(f"{policy.name} is no JSON: {error}") from error
    found = document.get("Statement") if isinstance(document, dict) else None
    if found is None:
        raise UnknownElement(f"{policy.name}: no Statement")
    if "${" in policy.document and document.get("Version") != "2012-10-17":
        raise UnknownElement(f"{policy.name}: policy variables need Version 2012-10-17")
    each = found if isinstance(found, list) else [found]
    return tuple(_statement(policy.name, index, body) for index, body in enumerate(each))


def _statement(policy: str, index: int, body: Mapping[str, Any]) -> Statement:
    place = f"{policy}, {body.get('Sid') or f'statement {index}'}"
    if unknown := body.keys() - _ELEMENTS:
        raise UnknownElement(f"{place}: {', '.join(sorted(unknown))} is no element of a statement")
    if body.get("Effect") not in ("Allow", "Deny"):
        raise UnknownElement(f"{place}: Effect must be Allow or Deny")
    if ("Action" in body) == ("NotAction" in body) or {"Resource", "NotResource"} <= body.keys():
        raise UnknownElement(f"{place}: one of Action and NotAction, and one of Resource and NotResource")
    try:
        conditions = tuple(
            condition(operator, key, _many(wanted))
            for operator, block in body.get("Condition", {}).items()
            for key, wanted in block.items()
        )
    except UnknownElement as error:
        raise UnknownElement(f"{place}: {error}") from error
    return Statement(policy, index, body.get("Sid", ""), body["Effect"], body, conditions)


def decide(
    request: Request,
    identity: Sequence[Statement],
    boundary: Sequence[Statement] | None = None,
    *,
    session: Sequence[Statement] | None = None,
    resource: Sequence[Statement] = (),
) -> Decision:
    """Explicit deny wins; then every bound must allow; then an identity or a resource policy must allow.

    session:  statements of the session policy that the role was assumed with, None without one.
    resource: those statements of the resource's own policy that name this principal, in the same account.
    """
    kinds = {
        "an identity-based policy": identity,
        "a permissions boundary": boundary or (),
        "a session policy": session or (),
        "a resource-based policy": resource,
    }
    applying = {kind: [each for each in found if applies(each, request)] for kind, found in kinds.items()}
    for kind, found in applying.items():
        for statement in found:
            if statement.effect == "Deny":
                return Decision(
                    allowed=False, reason=f"of an explicit deny in {kind} ({statement})", statement=statement
                )
    for kind, bound in (("a permissions boundary", boundary), ("a session policy", session)):
        if bound is not None and not applying[kind]:
            return Decision(allowed=False, reason=f"no {kind.removeprefix('a ')} allows it")
    by_resource = applying["a resource-based policy"]
    allowing = applying["an identity-based policy"] or by_resource
    if not allowing:
        return Decision(allowed=False, reason="no identity-based policy allows it")
    return Decision(allowed=True, reason="", statement=allowing[0], by_resource=bool(by_resource))


def applies(statement: Statement, request: Request) -> bool:
    """Whether action, resource and conditions of the statement fit the request."""
    return (
        fits_action(statement, request.action)
        and _fits_resource(statement, request)
        and all(each.holds(request.context) for each in statement.conditions)
    )


def fits_action(statement: Statement, action: str) -> bool:
    """Whether the statement is about the action."""
    excluded = statement.body.get("NotAction")
    patterns = _many(excluded) if excluded is not None else statement.actions
    return any(like(pattern.lower(), action.lower()) for pattern in patterns) == (excluded is None)


def _fits_resource(statement: Statement, request: Request) -> bool:
    body = statement.body
    if "NotResource" in body:
        try:
            named = [matches_arn(each, request.resource, request.context) for each in _many(body["NotResource"])]
        except Unresolved:
            return statement.effect == "Deny"  # what is exempt is not known: nothing is
        return not any(named)
    if "Resource" not in body:
        return "Principal" in body or "NotPrincipal" in body  # trust and resource policies may leave it out
    return any(_names_resource(each, request) for each in _many(body["Resource"]))


def _names_resource(pattern: str, request: Request) -> bool:
    try:
        return matches_arn(pattern, request.resource, request.context)
    except Unresolved:
        return False


def keys_of(statement: Statement) -> frozenset[str]:
    """The condition keys, in lower case, that the statement's outcome depends on."""
    texts = [text for element in ("Resource", "NotResource") for text in _many(statement.body.get(element, ()))]
    texts += [text for each in statement.conditions for text in each.wanted]
    named = {each.key.lower() for each in statement.conditions}
    return frozenset(named | {key for text in texts for key in variables(text)})


def _many(value: Any) -> tuple[str, ...]:
    each = value if isinstance(value, list | tuple) else (value,)
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in each)


def without_action(found: Sequence[Statement], statement: Statement, action: str) -> Iterator[Statement]:
    """The statements as they would be if this one action were taken out of this one statement."""
    for each in found:
        if each != statement:
            yield each
            continue
        kept = [name for name in each.actions if name != action]
        if kept:
            body = {**each.body, "Action": kept}
            yield Statement(each.policy, each.index, each.sid, each.effect, body, each.conditions)
