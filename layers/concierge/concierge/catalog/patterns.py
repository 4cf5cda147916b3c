"""Patterns of group names: compared without case, always as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from concierge.names import folded

PLACEHOLDERS = ("account", "domain", "persona", "team")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def placeholders(pattern: str) -> list[str]:
    """What stands in braces, in order."""
    return _PLACEHOLDER.findall(pattern)


def with_placeholders(pattern: str, fill: Callable[[str], str]) -> str:
    """The pattern with every placeholder replaced by `fill(its name)`."""
    return _PLACEHOLDER.sub(lambda found: fill(found[1]), pattern)


@lru_cache(maxsize=1024)
def group_pattern(pattern: str, domains: tuple[str, ...], personas: tuple[str, ...]) -> re.Pattern[str]:
    """`SageMaker-{account}-{persona}` as an expression with named groups, for fullmatch with a folded name.

    {domain} and {persona} match existing names only. Where a name can be read in several ways, the longest domain
    and persona win and {team} takes as little as it can: `ml-data-scientist` is team `ml`, not persona `scientist`.
    Raises KeyError for an unknown placeholder and re.error for one that is there twice.
    """
    parts = {
        "account": "[0-9]{12}",
        "team": "[a-z0-9](?:-?[a-z0-9])*?",
        "domain": _any_of(domains),
        "persona": _any_of(personas),
    }
    literals_and_names = _PLACEHOLDER.split(pattern)
    expression = "".join(
        f"(?P<{each}>{parts[each]})" if index % 2 else re.escape(folded(each))
        for index, each in enumerate(literals_and_names)
    )
    return re.compile(expression)


def _any_of(names: tuple[str, ...]) -> str:
    longest_first = sorted(names, key=lambda each: (-len(each), each))
    return "|".join(map(re.escape, longest_first)) or "(?!)"  # of no names, none fits
