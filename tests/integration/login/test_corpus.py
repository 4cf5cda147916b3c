"""The corpus as a whole: nobody shrinks it by accident, and no two of its cases are the same."""

from __future__ import annotations

from collections import Counter

from tests.integration.login import (
    test_answers,
    test_claims,
    test_keys,
    test_kinds_of_signatures,
    test_markup,
    test_posts,
    test_replay,
    test_roles_and_names,
    test_sha1,
    test_signatures,
    test_structure,
    test_times,
    test_wrapping,
)
from tests.integration.login.case import Case
from tests.support.identity_providers.software import NAMES

FAMILIES = {
    "wrapping": test_wrapping.CASES,
    "signatures": test_signatures.CASES,
    "kinds of signatures": test_kinds_of_signatures.CASES,
    "keys": test_keys.CASES,
    "SHA-1": test_sha1.CASES,
    "markup": test_markup.CASES,
    "structure": test_structure.CASES,
    "claims": test_claims.CASES,
    "times": test_times.CASES,
    "roles and names": test_roles_and_names.CASES,
    "posts": test_posts.CASES,
}
ALL: tuple[Case, ...] = tuple(case for cases in FAMILIES.values() for case in cases)


def test_the_corpus_is_as_large_as_it_says() -> None:
    """Each of these was made fresh by real software, refused, and followed by its control."""
    assert {family: len(cases) for family, cases in FAMILIES.items()} == {
        "wrapping": 54,
        "signatures": 24,
        "kinds of signatures": 29,
        "keys": 21,
        "SHA-1": 9,
        "markup": 52,
        "structure": 28,
        "claims": 72,
        "times": 36,
        "roles and names": 61,
        "posts": 66,
    }
    assert (len(test_answers.ATTACKS), len(test_replay.CASES)) == (21, 9)


def test_every_software_makes_its_share() -> None:
    made = Counter(case.idp for case in ALL)
    assert set(made) == set(NAMES)
    assert min(made.values()) > len(ALL) / 4


def test_no_two_cases_are_the_same() -> None:
    for family, cases in FAMILIES.items():
        names = Counter((case.name, case.idp) for case in cases)
        assert max(names.values()) == 1, family
