"""A studio.yaml with mistakes is told all of them, each with its place and what would be right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from concierge.catalog.load import load
from concierge.catalog.problems import CatalogErrors
from concierge.catalog.schema import SCHEMA
from concierge.catalog.source import compile_file
from concierge.errors import CatalogError

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "studio.yaml"
GOOD = """\
version: 1
directories:
  - name: corp.example.com
domains:
  - name: research
    account: "123456789012"
    region: eu-west-1
    domain_id: d-abcdefghijkl
lifecycle_configs:
  - {name: setup, app_type: JupyterLab, script_file: setup.sh}
personas:
  - name: data-scientist
    lifecycle_configs: [setup]
    policy_file: policy.json
    idle: {idle_minutes: 120, max_lifetime_minutes: 600}
bindings:
  - group: research-ds
    domain: research
    persona: data-scientist
"""


def write(folder: Path, text: str, script: bytes = b"#!/bin/bash\n", policy: str = "") -> Path:
    (folder / "setup.sh").write_bytes(script)
    (folder / "policy.json").write_text(policy or '{"Version": "2012-10-17", "Statement": []}')
    file = folder / "studio.yaml"
    file.write_text(text)
    return file


def problems(file: Path) -> list[str]:
    with pytest.raises(CatalogErrors) as wrong:
        compile_file(file)
    return [f"{each.line}:{each.column} {each.field}: {each.message} ({each.remedy})" for each in wrong.value.problems]


def test_the_example_compiles_and_loads() -> None:
    catalog = load(compile_file(EXAMPLE))
    assert [each.name for each in catalog.personas] == ["data-scientist", "ml-engineer", "analyst"]


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert compile_file(file) == compile_file(file)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"123456789012"', "0123456789", "6:5 domains[0].account: '0123456789' does not fit"),
        ('"123456789012"', "123456789012", "6:5 domains[0].account: 123456789012 is not of type string"),
        ("eu-west-1", "Frankfurt", "7:5 domains[0].region: 'Frankfurt' does not fit"),
        ("d-abcdefghijkl", "abc", "8:5 domains[0].domain_id: 'abc' does not fit"),
        ("domain_id:", "domainid:", "5:5 domains[0]: domain_id is missing"),
        ("persona: data-scientist", "persona: data-sientist", "did you mean 'data-scientist'?"),
        ("persona: data-scientist", "personna: data-scientist", "19:5 bindings[0].personna: personna is not known"),
        ("domain: research\n", "domain: reserch\n", "18:5 bindings[0].domain: there is no domain 'reserch'"),
        ("lifecycle_configs: [setup]", "lifecycle_configs: [step]", "13:25 personas[0].lifecycle_configs[0]"),
        ("idle_minutes: 120", "idle_minutes: 15", "15:12 personas[0].idle.idle_minutes: 15 is less than"),
        ("max_lifetime_minutes: 600", "max_lifetime_minutes: 90", "90 is not more than idle_minutes, 120"),
        ("JupyterLab", "JupiterLab", "did you mean 'JupyterLab'?"),
        ("group: research-ds", "pattern: research-ds", "has no placeholder"),
        ("group: research-ds", "pattern: 'x-{acount}'", "{acount} is not a placeholder"),
        ("    persona: data-scientist\n", "", "17:5 bindings[0]: does not say which persona"),
        ("    domain: research\n", "", "17:5 bindings[0]: does not say which domain"),
        ("name: data-scientist\n", "name: Data.Scientist\n", "personas[0].name: 'Data.Scientist' does not fit"),
        ("script_file: setup.sh", "script_file: gone.sh", "cannot read gone.sh"),
        ("version: 1", "version: 2", "1:1 version: 1 was expected"),
        ("version: 1\n", "version: 1\nversion: 1\n", "2:1 version: this key is there twice"),
        ("version: 1\n", "version: [\n", "not YAML"),
        ("domain: research\n", "domain: research\n    tags: {managed-by: me}\n", "this tag is set by itself"),
        (
            "domain: research\n",
            "domain: research\n    tags: {team: 'a,b'}\n",
            "bindings[0].tags.team: 'a,b' does not fit",
        ),
        ("    region:", "    spoke_role: arn:aws:iam::123456789012:role/x\n    region:", "needs an external_id"),
        ("name: corp.example.com", "name: no", ""),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    file = write(tmp_path, GOOD.replace(old, new))
    if not expected:
        assert load(compile_file(file)).directories[0].name == "no"
        return
    found = problems(file)
    assert any(expected in each for each in found), found


def test_an_account_that_begins_with_zero_is_what_it_looks_like(tmp_path: Path) -> None:
    catalog = load(compile_file(write(tmp_path, GOOD.replace('"123456789012"', "012345678901"))))
    assert catalog.domains[0].account == "012345678901"


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = problems(write(tmp_path, GOOD.replace("eu-west-1", "x").replace("idle_minutes: 120", "idle_minutes: 1")))
    assert [each.split()[1] for each in found] == ["domains[0].region:", "personas[0].idle.idle_minutes:"]


def test_windows_line_ends_of_a_script_are_refused(tmp_path: Path) -> None:
    found = problems(write(tmp_path, GOOD, script=b"#!/bin/bash\r\n"))
    assert "Windows line ends" in found[0]


def test_a_script_too_long_for_studio_is_refused(tmp_path: Path) -> None:
    found = problems(write(tmp_path, GOOD, script=b"#!/bin/bash\n" + b"#" * 12_500))
    assert "of at most 16384" in found[0]


@pytest.mark.parametrize(("policy", "message"), [("{", "is not JSON"), ('{"Statement": []}', "not an IAM policy")])
def test_a_policy_that_iam_would_refuse_is_refused_here(tmp_path: Path, policy: str, message: str) -> None:
    assert message in problems(write(tmp_path, GOOD, policy=policy))[0]


def test_two_bindings_of_one_group_and_domain_are_a_mistake(tmp_path: Path) -> None:
    again = "  - {group: RESEARCH-DS, domain: research, persona: data-scientist}\n"
    assert "bindings[0] is the same group and domain" in problems(write(tmp_path, GOOD + again))[0]


@pytest.mark.parametrize("compiled", [b"", b"[]", b"{}", b'{"format": 2}', b"null", b'{"format": 1}'])
def test_bytes_that_are_no_catalog_are_refused_clearly(compiled: bytes) -> None:
    with pytest.raises(CatalogError):
        load(compiled)


def test_the_published_schema_is_this_one_and_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads((ROOT / "docs" / "studio.schema.json").read_text()) == SCHEMA
