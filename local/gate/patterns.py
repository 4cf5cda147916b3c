"""Wildcards and policy variables in the texts of a policy. Pure.

Source: "IAM JSON policy elements: Resource", "… Condition operators" and "… Variables and tags" (IAM User Guide).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

Context = Mapping[str, tuple[str, ...]]  # keys in lower case

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_ESCAPED = ("*", "?", "$")  # ${*}, ${?} and ${$} stand for the character itself
_DEFAULTED = re.compile(r"\s*([^,\s]+)\s*,\s*'([^']*)'\s*")
_ARN_PARTS = 6


class Unresolved(Exception):
    """A policy variable has no single value in this request, and no default."""


def like(pattern: str, value: str) -> bool:
    """`*` is any run of characters, `?` is one."""
    return matches_text(pattern, value, {})


def matches_text(pattern: str, value: str, context: Context) -> bool:
    """As `like`, with policy variables filled in; what a variable holds is never a wildcard. Raises Unresolved."""
    expression = "".join(
        re.escape(text) if is_literal else _glob(text, any_one=".") for text, is_literal in _parts(pattern, context)
    )
    return _compiled(expression).fullmatch(value) is not None


def matches_arn(pattern: str, value: str, context: Context) -> bool:
    """Part by part: a wildcard ends at the colon, except in the last part. Raises Unresolved.

    Parts that an incomplete ARN lacks are wildcards; the pattern `*` fits everything, and it alone fits `*`, which
    stands for a call that names no resource.
    """
    if pattern == "*":
        return True
    expression, at = "", 1
    for text, is_literal in _parts(pattern, context):
        for index, part in enumerate(text.split(":")):
            if index:
                expression += ":"
                at += 1
            any_one = "." if at >= _ARN_PARTS else "[^:]"
            expression += re.escape(part) if is_literal else _glob(part, any_one)
    expression += "".join(":[^:]*" for _ in range(at, _ARN_PARTS - 1)) + (":.*" if at < _ARN_PARTS else "")
    return _compiled(expression).fullmatch(value) is not None


def filled(text: str, context: Context) -> str:
    """The text with policy variables filled in, and nothing else done to it. Raises Unresolved."""
    return "".join(part for part, _ in _parts(text, context))


def variables(text: str) -> Iterator[str]:
    """The condition keys, in lower case, that the text takes values of."""
    for found in _VARIABLE.finditer(text):
        if found[1] not in _ESCAPED:
            defaulted = _DEFAULTED.fullmatch(found[1])
            yield (defaulted[1] if defaulted else found[1].strip()).lower()


def _parts(text: str, context: Context) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is to be taken literally."""
    end = 0
    for found in _VARIABLE.finditer(text):
        yield text[end : found.start()], False
        yield _value(found[1], context), True
        end = found.end()
    yield text[end:], False


def _value(name: str, context: Context) -> str:
    if name in _ESCAPED:
        return name
    defaulted = _DEFAULTED.fullmatch(name)
    key = defaulted[1] if defaulted else name.strip()
    values = context.get(key.lower(), ())
    if len(values) == 1:
        return values[0]
    if defaulted and not values:
        return defaulted[2]
    raise Unresolved(key)


def _glob(text: str, any_one: str) -> str:
    return "".join({"*": f"{any_one}*", "?": any_one}.get(char, re.escape(char)) for char in text)


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.DOTALL)
