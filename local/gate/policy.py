"""IAM policy evaluation. Pure.

Source: "Policy evaluation logic" and "IAM JSON policy elements" (IAM User Guide). An operator or element that is not
known here raises UnknownElement: nothing is allowed by being overlooked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

Context = Mapping[str, tuple[str, ...]]  # keys in lower case

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


class UnknownElement(Exception):
    """A policy uses something that this evaluation does not know."""


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

    @property
    def actions(self) -> tuple[str, ...]:
        """Its actions; empty for NotAction."""
        return _many(self.body.get("Action", ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One action on one resource."""

    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether it is allowed, by which statement (an Allow or an explicit Deny), and why."""

    allowed: bool
    reason: str
    statement: Statement | None = None


@cache
def statements(policy: Policy) -> tuple[Statement, ...]:
    """Raises UnknownElement for a document that is not a policy."""
    document = json.loads(policy.document)
    found = document.get("Statement")
    if found is None:
        raise UnknownElement(f"{policy.name}: no Statement")
    each = found if isinstance(found, list) else [found]
    return tuple(
        Statement(policy.name, index, body.get("Sid", ""), body["Effect"], body) for index, body in enumerate(each)
    )


def decide(request: Request, identity: Sequence[Statement], boundary: Sequence[Statement] | None = None) -> Decision:
    """Explicit deny wins, then the boundary must allow, then an identity policy must allow."""
    applying = [each for each in identity if applies(each, request)]
    bounding = [each for each in boundary or () if applies(each, request)]
    for statement in (*applying, *bounding):
        if statement.effect == "Deny":
            return Decision(allowed=False, reason="an explicit deny in an identity policy", statement=statement)
    if boundary is not None and not bounding:
        return Decision(allowed=False, reason="no permissions boundary allows it")
    if not applying:
        return Decision(allowed=False, reason="no identity-based policy allows it")
    return Decision(allowed=True, reason="", statement=applying[0])


def applies(statement: Statement, request: Request) -> bool:
    """Whether action, resource and conditions of the statement fit the request."""
    body = statement.body
    return (
        _fits(body, "Action", lambda pattern: like(pattern.lower(), request.action.lower()))
        and _fits(body, "Resource", lambda pattern: _resource_fits(pattern, request))
        and all(
            _holds(operator, key, _many(wanted), request.context)
            for operator, block in body.get("Condition", {}).items()
            for key, wanted in block.items()
        )
    )


def like(pattern: str, value: str) -> bool:
    """`*` is any run of characters, `?` is one."""
    return _glob(pattern).fullmatch(value) is not None


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    expression = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.compile(expression, re.DOTALL)


def _fits(body: Mapping[str, Any], element: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{element}" in body:
        return not any(matches(pattern) for pattern in _many(body[f"Not{element}"]))
    if element not in body:
        return element == "Resource"  # trust policies and resource policies may leave it out
    return any(matches(pattern) for pattern in _many(body[element]))


def _resource_fits(pattern: str, request: Request) -> bool:
    filled = _filled(pattern, request.context)
    return filled is not None and like(filled, request.resource)


def _filled(text: str, context: Context) -> str | None:
    """The text with policy variables filled in; None if one has no single value, so that nothing fits."""
    missing = False

    def one(found: re.Match[str]) -> str:
        nonlocal missing
        values = context.get(found[1].lower(), ())
        missing = missing or len(values) != 1
        return values[0] if len(values) == 1 else ""

    filled = _VARIABLE.sub(one, text)
    return None if missing else filled


def _holds(operator: str, key: str, wanted: tuple[str, ...], context: Context) -> bool:
    quantifier, _, base = operator.rpartition(":")
    optional = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    values = context.get(key.lower())
    if base == "Null":
        return (not values) == (wanted[0].lower() == "true")
    if not values:
        return optional or quantifier == "ForAllValues" or (_is_negated(base) and quantifier != "ForAnyValue")
    filled = [text for text in (_filled(each, context) for each in wanted) if text is not None]
    matches = [_value_holds(base, value, filled) for value in values]
    return any(matches) if quantifier == "ForAnyValue" else all(matches)


def _value_holds(operator: str, value: str, wanted: Sequence[str]) -> bool:
    negated = _is_negated(operator)
    compare = _OPERATORS.get(operator.replace("Not", "", 1) if negated else operator)
    if compare is None:
        raise UnknownElement(f"condition operator {operator} is not known to the gate")
    return any(compare(value, each) for each in wanted) != negated


def _is_negated(operator: str) -> bool:
    return operator.startswith(("StringNot", "ArnNot", "NumericNot", "DateNot"))


_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": lambda value, wanted: like(wanted, value),
    "ArnEquals": lambda value, wanted: like(wanted, value),
    "ArnLike": lambda value, wanted: like(wanted, value),
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}


def _many(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else (str(value),)


def without_action(found: Sequence[Statement], statement: Statement, action: str) -> Iterator[Statement]:
    """The statements as they would be if this one action were taken out of this one statement."""
    for each in found:
        if each != statement:
            yield each
            continue
        kept = [name for name in each.actions if name != action]
        if kept:
            yield Statement(each.policy, each.index, each.sid, each.effect, {**each.body, "Action": kept})
