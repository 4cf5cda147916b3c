"""Condition operators of IAM policies. Pure.

Source: "IAM JSON policy elements: Condition operators" and "Single-valued vs. multivalued context keys" (IAM User
Guide).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from local.gate.patterns import Context, Unresolved, filled, matches_arn, matches_text

_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")


class UnknownElement(Exception):
    """A policy uses something that this evaluation does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One key of one operator; `negated` operators hold for a key that the request lacks."""

    operator: str
    quantifier: str
    if_exists: bool
    key: str
    wanted: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        """Whether the request fulfils it; raises UnknownElement for a plain operator on several values."""
        values = context.get(self.key.lower(), ())
        if self.operator == "Null":
            return (not values) == (self.wanted[0].lower() == "true")
        if not values:
            return self._holds_without_value()
        match self.quantifier:
            case "ForAllValues":
                return all(self._fits(value, context) for value in values)
            case "ForAnyValue":
                return any(self._fits(value, context) for value in values)
            case _ if len(values) > 1:
                raise UnknownElement(
                    f"{self.key} has several values: {self.operator} needs ForAllValues or ForAnyValue"
                )
            case _:
                return self._fits(values[0], context)

    def _holds_without_value(self) -> bool:
        match self.quantifier:
            case "ForAllValues":
                return True
            case "ForAnyValue":
                return False  # IfExists or not: AWS answers so, although the guide reads otherwise
            case _:
                return self.if_exists or _OPERATORS[self.operator].negated

    def _fits(self, value: str, context: Context) -> bool:
        operator = _OPERATORS[self.operator]
        return any(_compares(operator, value, each, context) for each in self.wanted) != operator.negated


def condition(operator: str, key: str, wanted: tuple[str, ...]) -> Condition:
    """Reads one condition; raises UnknownElement for an operator, or a value of it, that is not IAM's."""
    found = _OPERATOR.fullmatch(operator)
    base = found[2] if found else ""
    if found is None or (base not in _OPERATORS and base != "Null") or not wanted:
        raise UnknownElement(f"condition operator {operator} is not known to the gate")
    if base == "Null":
        if found[1] or found[3] or wanted[0].lower() not in ("true", "false"):
            raise UnknownElement(f"{operator} on {key} must be true or false")
    elif _OPERATORS[base].reads is not None:
        for each in wanted:
            _readable(base, _OPERATORS[base].reads, each)
    return Condition(operator=base, quantifier=found[1] or "", if_exists=bool(found[3]), key=key, wanted=wanted)


@dataclass(frozen=True, slots=True)
class _Operator:
    """compare(value of the request, value of the policy, context); `reads` raises ValueError for a wrong value."""

    compare: Callable[[str, str, Context], bool]
    negated: bool = False
    reads: Callable[[str], object] | None = None


def _compares(operator: _Operator, value: str, wanted: str, context: Context) -> bool:
    """A value of another type than the operator's, or a variable without a value, equals nothing."""
    try:
        return operator.compare(value, wanted, context)
    except (Unresolved, ValueError):
        return False


def _readable(name: str, reads: Callable[[str], object] | None, value: str) -> None:
    try:
        if reads is not None:
            reads(value)
    except ValueError as error:
        raise UnknownElement(f"{value!r} is no value for {name}") from error


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no number") from error


def _moment(text: str) -> datetime:
    """ISO 8601, or seconds since 1970."""
    if re.fullmatch(r"\d+", text) and len(text) > 4:
        return datetime.fromtimestamp(int(text), UTC)
    found = datetime.fromisoformat(f"{text}-01-01" if re.fullmatch(r"\d{4}", text) else text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_network(value: str, wanted: str, _context: Context) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)


def _orders(name: str, reads: Callable[[str], Decimal] | Callable[[str], datetime]) -> Mapping[str, _Operator]:
    """The six comparisons of numbers or dates."""

    def ordered(*signs: int) -> Callable[[str, str, Context], bool]:
        def compare(value: str, wanted: str, _context: Context) -> bool:
            left, right = reads(value), reads(wanted)
            return (left > right) - (left < right) in signs  # type: ignore[operator] # both come from the one reader

        return compare

    return {
        f"{name}Equals": _Operator(ordered(0), reads=reads),
        f"{name}NotEquals": _Operator(ordered(0), negated=True, reads=reads),
        f"{name}LessThan": _Operator(ordered(-1), reads=reads),
        f"{name}LessThanEquals": _Operator(ordered(-1, 0), reads=reads),
        f"{name}GreaterThan": _Operator(ordered(1), reads=reads),
        f"{name}GreaterThanEquals": _Operator(ordered(0, 1), reads=reads),
    }


def _pair(name: str, negated: str, operator: _Operator) -> Sequence[tuple[str, _Operator]]:
    return (name, operator), (negated, _Operator(operator.compare, negated=True, reads=operator.reads))


_EQUAL = _Operator(lambda value, wanted, context: value == filled(wanted, context))
_EQUAL_IGNORING_CASE = _Operator(lambda value, wanted, context: value.lower() == filled(wanted, context).lower())
_LIKE = _Operator(lambda value, wanted, context: matches_text(wanted, value, context))
_ARN = _Operator(lambda value, wanted, context: matches_arn(wanted, value, context))

_OPERATORS: Mapping[str, _Operator] = {
    **dict(_pair("StringEquals", "StringNotEquals", _EQUAL)),
    **dict(_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _EQUAL_IGNORING_CASE)),
    **dict(_pair("StringLike", "StringNotLike", _LIKE)),
    **dict(_pair("ArnEquals", "ArnNotEquals", _ARN)),
    **dict(_pair("ArnLike", "ArnNotLike", _ARN)),
    **dict(
        _pair(
            "IpAddress",
            "NotIpAddress",
            _Operator(_in_network, reads=lambda text: ipaddress.ip_network(text, strict=False)),
        )
    ),
    **_orders("Numeric", _number),
    **_orders("Date", _moment),
    "Bool": _Operator(lambda value, wanted, _: value.lower() == wanted.lower()),
}
