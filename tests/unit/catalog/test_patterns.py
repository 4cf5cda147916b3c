"""Patterns of group names: the whole name, without case, and one reading even where several would do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.catalog.patterns import group_pattern
from concierge.names import folded

PERSONAS = ("scientist", "data-scientist", "analyst")
DOMAINS = ("lab", "lab-eu")


def read(pattern: str, name: str, personas: tuple[str, ...] = PERSONAS) -> dict[str, str] | None:
    matched = group_pattern(pattern, DOMAINS, personas).fullmatch(folded(name))
    return None if matched is None else matched.groupdict()


@pytest.mark.parametrize("order", [PERSONAS, PERSONAS[::-1]])
@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("{team}-{persona}", "ml-data-scientist", {"team": "ml", "persona": "data-scientist"}),
        ("{persona}-{team}", "data-scientist-ml", {"persona": "data-scientist", "team": "ml"}),
        ("{domain}-{team}", "LAB-EU-west", {"domain": "lab-eu", "team": "west"}),
        ("x.{account}", "X.123456789012", {"account": "123456789012"}),
        ("Gr\u00f6\u00dfe-{persona}", "GR\u00d6\u00dfE-analyst", {"persona": "analyst"}),
    ],
)
def test_a_name_has_one_reading(pattern: str, name: str, expected: dict[str, str], order: tuple[str, ...]) -> None:
    assert read(pattern, name, order) == expected


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("x.{account}", "xy123456789012"),
        ("x-{account}", "x-12345678901"),
        ("x-{account}", "x-\u0661\u0662\u0663456789012"),
        ("x-{persona}", "x-analyst\n"),
        ("x-{persona}", "x-guest"),
        ("x-{team}", "x-"),
        ("x-{team}", "x-a b"),
    ],
)
def test_a_name_that_does_not_fit_as_a_whole_is_another(pattern: str, name: str) -> None:
    assert read(pattern, name) is None


@pytest.mark.parametrize("alike", ["ris\u212a-ds", "ri\u017fk-ds"])
def test_a_name_that_only_looks_the_same_is_another(alike: str) -> None:
    assert alike.casefold() == "risk-ds"
    assert folded(alike) != folded("risk-ds")


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(st.text(alphabet="abcABC019-._ ", max_size=12), st.sampled_from(PERSONAS))
def test_literal_parts_mean_themselves(literal: str, persona: str) -> None:
    assert read(literal + "{persona}", (literal + persona).upper()) == {"persona": persona}


def test_an_unknown_placeholder_is_an_error_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        group_pattern("x-{acount}", DOMAINS, PERSONAS)
    with pytest.raises(re.error):
        group_pattern("{team}-{team}", DOMAINS, PERSONAS)
