"""The JSON Schema that editors are given: the one that is checked by, right about the example and about mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from concierge.catalog.plain import plain
from concierge.catalog.schema import SCHEMA
from concierge.catalog.yaml_nodes import parse

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "studio.schema.json"
EXAMPLE = ROOT / "examples" / "studio.yaml"


def accepts(root: Any) -> bool:
    return Draft202012Validator(json.loads(PUBLISHED.read_text())).is_valid(root)


def example(old: str = "", new: str = "") -> Any:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    return plain(parse(text.replace(old, new, 1) if old else text)).root


def test_the_published_schema_is_what_the_command_prints() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert PUBLISHED.read_text() == json.dumps(SCHEMA, indent=2) + "\n"


def test_the_example_names_the_schema_and_is_accepted() -> None:
    first = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../docs/studio.schema.json"
    assert accepts(example())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 2"),
        ('"123456789012"', "123456789012"),
        ('"123456789012"', '"12345678901"'),
        ("region: eu-west-1", "region: Ireland"),
        ("d-abcdefghijkl", "abcdefghijkl"),
        ("domain_id:", "domain-id:"),
        ("login_id: sam", "login_id: mail"),
        ("role_scope: user", "role_scope: everybody"),
        ("app_type: JupyterLab", "app_type: Jupyter"),
        ("instance_type: ml.t3.medium", "instance_type: m1.t3.medium"),
        ("storage_gb: 20", "storage_gb: 4"),
        ("idle_minutes: 120", "idle_minutes: 59"),
        ("script_file:", "script_files:"),
        ("warning_minutes: 30", "warning_minutes: -1"),
        ("timezone: Europe/Berlin", "time-zone: Europe/Berlin"),
        ("[mon, tue, wed, thu, fri]", "[monday]"),
        ('until: "19:00"', 'until: "7 pm"'),
        ('"2026-12-25"', '"25 December"'),
        ("keep_alive_days: 14", "keep_alive_days: 366"),
        ("currency: EUR", "currency: Euro"),
        ("ml.t3.medium: 0.05", "t3.medium: 0.05"),
        ("ml.t3.medium: 0.05", "ml.t3.medium: -0.05"),
        ("ml.t3.medium: 0.05", "ml.t3.medium: cheap"),
        ("session_minutes: 480", "session_minutes: 721"),
        ("cost-centre: cc-4711", "cost-centre: 'a, b'"),
        ("cost-centre: cc-4711", "cost-centre: 4711"),
        ("cost-centre: cc-4711", "aws:cost: cc-4711"),
        ("arn:{partition}:iam::aws:policy/", "arn:{partition}:iam::aws:role/"),
    ],
)
def test_editors_mark_the_mistakes_that_they_can_see(old: str, new: str) -> None:
    assert not accepts(example(old, new))


def test_no_expression_means_something_else_to_an_editor() -> None:
    r"""JavaScript reads \d and \w as ASCII, Python does not; \Z and (?P exist in Python only."""
    text = json.dumps(SCHEMA)
    assert not [each for each in (r"\\d", r"\\w", r"\\Z", "(?P", "(?i") if each in text]
