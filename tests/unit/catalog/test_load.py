"""Compiled JSON becomes the same catalog, or is refused as a whole: nothing in it may fail later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from concierge.errors import CatalogError

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "studio.yaml"

names = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,20}", fullmatch=True)
tags = st.dictionaries(
    st.sampled_from(["team", "cost-centre", "Kostenstelle"]), st.text("aB 0_.:/=+-@\u00e9", max_size=9)
)


@st.composite
def sources(draw: st.DrawFn) -> dict[str, Any]:
    """What a studio.yaml without mistakes may hold, as plain values."""
    domains = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    personas = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    groups = draw(st.lists(st.text("abc- ._\u00e4", min_size=1, max_size=8).filter(str.strip), min_size=1, max_size=4))
    return {
        "version": 1,
        "directories": [
            {"name": "corp.example.com", "ids": ["d-9067a1b2c3"], "login_id": draw(st.sampled_from(["sam", "upn"]))}
        ],
        "domains": [
            {
                "name": name,
                "account": "012345678901",
                "region": "eu-west-1",
                "domain_id": f"d-{index}",
                "tags": draw(tags),
            }
            for index, name in enumerate(domains)
        ],
        "personas": [
            {
                "name": name,
                "tags": draw(tags),
                "idle": {
                    "idle_minutes": draw(st.integers(60, 600)),
                    "max_lifetime_minutes": draw(st.integers(601, 9000)),
                },
                "session_minutes": draw(st.integers(30, 720)),
                "spaces": [{"name": "lab", "app_type": "JupyterLab", "instance_type": "ml.t3.medium", "storage_gb": 5}],
            }
            for name in personas
        ],
        "bindings": [
            {
                "group": group,
                "domain": draw(st.sampled_from(domains)),
                "persona": draw(st.sampled_from(personas)),
                "tags": draw(tags),
            }
            for group in {each.lower(): each for each in groups}.values()
        ],
    }


@settings(max_examples=40)
@given(sources())
def test_what_was_written_is_what_is_loaded(source: dict[str, Any]) -> None:
    """JSON is YAML too, so the generated file needs no other writer."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "studio.yaml"
        file.write_text(json.dumps(source, ensure_ascii=False), encoding="utf-8")
        catalog = load(compile_file(file))
    assert [(each.name, each.account, each.tags) for each in catalog.domains] == [
        (each["name"], each["account"], each["tags"]) for each in source["domains"]
    ]
    assert [(each.name, each.idle.idle_minutes, each.session_minutes, each.tags) for each in catalog.personas] == [
        (each["name"], each["idle"]["idle_minutes"], each["session_minutes"], each["tags"])
        for each in source["personas"]
    ]
    for binding in source["bindings"]:
        (grant,) = catalog.grants([binding["group"]])
        assert (grant.domain.name, grant.persona.name) == (binding["domain"], binding["persona"])
        assert (grant.group, grant.tags) == (binding["group"], binding["tags"])


@pytest.mark.parametrize("compiled", [b"", b"[]", b"{}", b"null", b"\xff", b'{"format": 1}'])
def test_bytes_that_are_no_catalog_are_refused_clearly(compiled: bytes) -> None:
    with pytest.raises(CatalogError, match="not a compiled catalog"):
        load(compiled)


def test_a_format_of_another_release_is_refused_clearly() -> None:
    with pytest.raises(CatalogError, match="compiled catalog has format 2; this release reads 1"):
        load(b'{"format": 2}')


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"persona": "gone"}, "no persona 'gone'"),
        ({"domain": "gone"}, "no domain 'gone'"),
        ({"pattern": "x-{persona}"}, "neither one group nor a known pattern"),
        ({"group": None, "pattern": "x-{who}"}, "neither one group nor a known pattern"),
        ({"group": None, "pattern": "{team}-{team}"}, "a placeholder twice"),
    ],
)
def test_a_binding_that_could_only_fail_later_is_refused_now(change: dict[str, Any], message: str) -> None:
    root = json.loads(compile_file(EXAMPLE))
    root["bindings"][0].update(change)
    with pytest.raises(CatalogError, match=message):
        load(json.dumps(root).encode())


def test_a_lambda_reads_it_without_the_parsers_of_the_command_line() -> None:
    parsers = "{'yaml', 'jsonschema', 'pydantic', 'boto3'}"
    program = f"import concierge.catalog.load, sys; print(*({parsers} & set(sys.modules)))"
    path = str(ROOT / "layers" / "concierge")
    result = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""
