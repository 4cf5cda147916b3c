"""Before publishing, an administrator sees everything that will mean something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cli.difference import difference
from concierge.catalog.load import load
from concierge.catalog.model import IdentityStore, Removals
from concierge.catalog.source import compile_file

CATALOG = load(compile_file(Path(__file__).parents[3] / "examples" / "studio.yaml"))
FIRST, *OTHERS = CATALOG.bindings


def test_the_first_catalog_is_all_new() -> None:
    lines = list(difference(None, CATALOG))
    assert "+ directory corp.example.com" in lines
    assert "+ binding studio-ml-research in research" in lines
    assert "+ binding pattern SageMaker-{account}-{persona}" in lines
    assert all(line.startswith("+ ") for line in lines)


def test_a_group_that_gives_another_persona_is_a_change() -> None:
    new = replace(CATALOG, bindings=(replace(FIRST, persona="ml-engineer"), *OTHERS))
    assert list(difference(CATALOG, new)) == ["~ binding studio-ml-research in research"]


def test_a_directory_that_is_believed_from_now_on_is_a_change() -> None:
    old = replace(CATALOG, directories=())
    assert list(difference(old, CATALOG)) == ["+ directory corp.example.com"]


def test_a_directory_that_is_read_in_another_way_is_a_change() -> None:
    first, *others = CATALOG.directories
    store = IdentityStore(id="d-9067d4e5f6", region="eu-west-1")
    new = replace(CATALOG, directories=(replace(first, ldap=None, identity_store=store), *others))
    assert list(difference(CATALOG, new)) == [f"~ directory {first.name}"]


def test_who_keeps_what_for_how_long_is_a_change() -> None:
    assert list(difference(CATALOG, replace(CATALOG, grace_days=7))) == ["~ offboarding"]


def test_how_many_may_lose_access_at_once_is_a_change() -> None:
    assert list(difference(CATALOG, replace(CATALOG, removals=Removals(most=500)))) == ["~ removals"]


def test_what_is_gone_is_said() -> None:
    assert list(difference(CATALOG, replace(CATALOG, bindings=tuple(OTHERS)))) == [
        "- binding studio-ml-research in research"
    ]


def test_the_order_of_bindings_matters_and_their_lines_do_not() -> None:
    moved = replace(CATALOG, bindings=tuple(replace(each, line=each.line + 7) for each in CATALOG.bindings))
    assert list(difference(CATALOG, moved)) == []
    turned = replace(CATALOG, bindings=tuple(reversed(CATALOG.bindings)))
    assert list(difference(CATALOG, turned)) == ["~ order: where a group gives what another gives too, the first wins"]
