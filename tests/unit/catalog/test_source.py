"""A studio.yaml with mistakes is told all of them, each with its place and what would be right."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.catalog.load import load
from concierge.catalog.problems import CatalogErrors
from concierge.catalog.source import compile_file
from tests.support.studio_file import GOOD, problems, write

SAME_DOMAIN_AGAIN = """\
  - {name: b, account: "123456789012", region: eu-west-1, domain_id: d-abcdefghijkl}
lifecycle_configs:
"""


def test_the_right_file_compiles_to_the_same_bytes_every_time(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    assert compile_file(file) == compile_file(file)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"123456789012"', '"0123456789"', "6:5 domains[0].account: '0123456789' does not fit"),
        ('"123456789012"', "123456789012", "6:5 domains[0].account: 123456789012 is not of type string (put it in"),
        ('"123456789012"', "012345670123", "6:5 domains[0].account: 012345670123 is a number to some readers"),
        ('"123456789012"', '"123456789012\\n"', "6:5 domains[0].account: holds a line break"),
        (
            '"123456789012"',
            '"\u0661\u0662\u0663456789012"',
            "domains[0].account: '\u0661\u0662\u0663456789012' does not fit",
        ),
        ("eu-west-1", "Frankfurt", "7:5 domains[0].region: 'Frankfurt' does not fit (AWS region, such as eu-west-1.)"),
        ("d-abcdefghijkl", "abc", "8:5 domains[0].domain_id: 'abc' does not fit"),
        ("domain_id:", "domainid:", "5:5 domains[0]: domain_id is missing (add domain_id: Id of the domain"),
        ("domain_id:", "domainid:", "8:5 domains[0].domainid: domainid is not known here (did you mean 'domain_id'?)"),
        ("persona: data-scientist", "persona: data-sientist", "did you mean 'data-scientist'?"),
        ("persona: data-scientist", "personna: data-scientist", "19:5 bindings[0].personna: personna is not known"),
        ("domain: research\n", "domain: reserch\n", "18:5 bindings[0].domain: there is no domain 'reserch'"),
        ("lifecycle_configs: [setup]", "lifecycle_configs: [step]", "13:25 personas[0].lifecycle_configs[0]"),
        ("lifecycle_configs: [setup]", "instance_types: [m1.t3.medium]", "did you mean ml.t3.medium?"),
        ("idle_minutes: 120", "idle_minutes: 15", "15:12 personas[0].idle.idle_minutes: 15 is less than"),
        ("idle_minutes: 120", "idle_minutes: '120'", "'120' is not of type integer (without quotes: Minutes"),
        ("idle_minutes: 120", "idle_minutes: 99999999999999999999", "is not of type integer"),
        ("max_lifetime_minutes: 600", "max_lifetime_minutes: 90", "90 is not more than idle_minutes, 120"),
        ("JupyterLab", "JupiterLab", "did you mean 'JupyterLab'?"),
        ("name: data-scientist\n", "name: Data.Scientist\n", "personas[0].name: 'Data.Scientist' does not fit"),
        ("name: data-scientist\n", f"name: a{'-' * 70}b\n", "has 72 characters, of at most 63"),
        ("version: 1", "version: 2", "1:1 version: 1 was expected"),
        ("version: 1\n", "version: 1\nversion: 1\n", "2:1 version: this key is there twice"),
        ("version: 1\n", "version: [\n", "not YAML"),
        ("version: 1\n", "version: &again [*again]\n", "*again refers to another place"),
        ("version: 1\n", "version: !!int 1\n", "is a YAML tag"),
        ("version: 1\n", f"version: {'[' * 3000}\n", "nested too deeply"),
        ("    region:", "    spoke_role: arn:aws:iam::123456789012:role/x\n    region:", "needs an external_id"),
        (
            "    region:",
            "    spoke_role: arn:aws:iam::999999999999:role/x\n    external_id: abc\n    region:",
            "the role is in account 999999999999, the domain in 123456789012",
        ),
        (
            "domains:\n",
            "  - {name: b, ids: [CORP.example.com]}\ndomains:\n",
            "directories[1].ids[0]: 'CORP.example.com' is directories[0].name already",
        ),
        ("lifecycle_configs:\n", SAME_DOMAIN_AGAIN, "domains[1].domain_id: is the same domain as domains[0]"),
        ("    region:", "    external_id: abc\n    region:", "domains[0].external_id: there is no spoke_role"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = problems(write(tmp_path, GOOD.replace(old, new, 1)))
    assert any(expected in each for each in found), found


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("{managed-by: me}", "bindings[0].tags.managed-by: this tag is set by itself (remove it)"),
        ("{Persona: me}", "bindings[0].tags.Persona: this tag is set by itself"),
        ("{'AWS:team': x}", "bindings[0].tags.AWS:team: 'AWS:team' does not fit (A tag's key: at most 128"),
        ("{team: 'a,b'}", "bindings[0].tags.team: 'a,b' does not fit"),
        ("{team: 4711}", "bindings[0].tags.team: 4711 is not of type string (put it in quotes"),
        ("{team: true}", "bindings[0].tags.team: true is not of type string (put it in quotes"),
        ("{team: '\u2192'}", "a tag holds letters, digits, spaces and _"),
        ("{team: a, Team: b}", "bindings[0].tags.Team: differs from 'team' in case only"),
        ("", "bindings[0].tags: is empty (give it a value, or remove it"),
    ],
)
def test_a_tag_that_aws_or_the_house_would_not_take_is_refused(tmp_path: Path, tags: str, expected: str) -> None:
    found = problems(write(tmp_path, f"{GOOD}    tags: {tags}\n"))
    assert any(expected in each for each in found), found


def test_words_that_old_yaml_takes_for_truth_values_are_words(tmp_path: Path) -> None:
    catalog = load(compile_file(write(tmp_path, GOOD + "    tags: {team: no, cost-centre: Z\u00fcrich on}\n")))
    assert catalog.bindings[0].tags == {"team": "no", "cost-centre": "Z\u00fcrich on"}


def test_all_mistakes_of_all_kinds_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        GOOD.replace("eu-west-1", "x")
        .replace("setup.sh", "gone.sh")
        .replace("[setup]", "[setpu]")
        .replace("policy.json", "gone.json")
        .replace("idle_minutes: 120", "idle_minutes: 1")
        .replace("persona: data-scientist", "persona: data-sientist")
    )
    assert [each.split()[1] for each in problems(write(tmp_path, text))] == [
        "domains[0].region:",
        "lifecycle_configs[0].script_file:",
        "personas[0].lifecycle_configs[0]:",
        "personas[0].policy_file:",
        "personas[0].idle.idle_minutes:",
        "bindings[0].persona:",
    ]


def test_one_mistake_does_not_look_like_several(tmp_path: Path) -> None:
    found = problems(write(tmp_path, GOOD.replace("persona: data-scientist", "persona: [data-scientist]")))
    assert len(found) == 1
    found = problems(write(tmp_path, GOOD.replace("domains:\n  - name: research", "domains:\n  - name: Research")))
    assert [each.split()[1] for each in found] == ["domains[0].name:", "bindings[0].domain:"]


@given(st.text(alphabet="abc:-[]{}&*!|>'\"#,0123.\n\t \x00\u2028", max_size=60))
def test_whatever_is_written_the_answer_is_a_catalog_error(text: str) -> None:
    with TemporaryDirectory() as folder, pytest.raises(CatalogErrors):
        compile_file(write(Path(folder), text))


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_a_file_that_is_not_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "studio.yaml"
    file.write_bytes(content)
    assert problems(file)[0].startswith("1:1 (file): ")
