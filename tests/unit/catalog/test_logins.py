"""Where logins lead and who may give groups at one: what a studio.yaml says of it, and what is a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concierge.catalog.load import load
from concierge.catalog.model import Catalog, JustInTime, Landing, LoginRules, WhileHeld
from concierge.catalog.source import compile_file
from tests.support.studio_file import GOOD, problems, write

SPACES = "    spaces: [{name: lab, app_type: JupyterLab, instance_type: ml.t3.medium}]\n"
PERSONA = "    lifecycle_configs: [setup]\n"


def with_persona(folder: Path, lines: str) -> Path:
    return write(folder, GOOD.replace(PERSONA, PERSONA + lines))


def loaded(file: Path) -> Catalog:
    return load(compile_file(file))


def test_without_a_word_logins_lead_to_the_start_page_and_whoever_waits_stays_outside(tmp_path: Path) -> None:
    catalog = loaded(write(tmp_path))
    assert catalog.personas[0].landings == ()
    assert catalog.login == LoginRules(while_held=WhileHeld.REFUSE, just_in_time=None)


def test_landings_and_rules_are_what_the_file_says(tmp_path: Path) -> None:
    landings = (
        "    landings: [{name: notebooks, app: JupyterLab, space: lab}, {name: home}, {name: canvas, app: Canvas}]\n"
    )
    login = "login: {while_held: allow, just_in_time: {directory: corp.example.com, groups: [research-ds]}}\n"
    file = with_persona(tmp_path, SPACES + landings)
    file.write_text(file.read_text() + login)
    catalog = loaded(file)
    first, second, third = catalog.personas[0].landings
    assert first == Landing(name="notebooks", app="JupyterLab", space="lab")
    assert (first.uri, first.opens) == ("app:JupyterLab:", "JupyterLab")
    assert (second.uri, second.opens, third.uri) == ("", "", "app:Canvas:")
    rules = JustInTime(directory="corp.example.com", groups=("research-ds",))
    assert catalog.login == LoginRules(while_held=WhileHeld.ALLOW, just_in_time=rules)


@pytest.mark.parametrize(
    ("landings", "expected"),
    [
        ("[{name: a, space: labor}]", "landings[0].space: the persona has no space 'labor' (did you mean 'lab'?)"),
        ("[{name: a, space: lab}]", "landings[0].space: the space runs JupyterLab, the landing opens no app"),
        ("[{name: a, app: CodeEditor, space: lab}]", "the landing opens CodeEditor (set app: JupyterLab)"),
        ("[{name: a}, {name: a}]", "landings[1].name: 'a' is personas[0].landings[0].name already"),
        ("[{name: a, app: Jupyter}]", "landings[0].app: 'Jupyter' is not known (did you mean 'JupyterLab'?)"),
        ("[{app: Canvas}]", "landings[0]: name is missing"),
    ],
)
def test_a_landing_that_leads_nowhere_is_named(tmp_path: Path, landings: str, expected: str) -> None:
    found = problems(with_persona(tmp_path, f"{SPACES}    landings: {landings}\n"))
    assert any(expected in each for each in found), found


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("while_held: maybe", "login.while_held: 'maybe' is not known"),
        ("just_in_time: {groups: [research-ds]}", "login.just_in_time: directory is missing"),
        ("just_in_time: {directory: corp.example.com, groups: []}", "login.just_in_time.groups: is empty"),
        (
            "just_in_time: {directory: corp.example.org, groups: [research-ds]}",
            "there is no directory 'corp.example.org' (did you mean 'corp.example.com'?)",
        ),
        (
            "just_in_time: {directory: corp.example.com, groups: [research-ds, other]}",
            "login.just_in_time.groups[1]: no binding names the group 'other'",
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_named(tmp_path: Path, rules: str, expected: str) -> None:
    found = problems(write(tmp_path, f"{GOOD}login: {{{rules}}}\n"))
    assert any(expected in each for each in found), found


def test_a_catalog_that_was_compiled_before_has_no_rules(tmp_path: Path) -> None:
    older = json.loads(compile_file(write(tmp_path)))
    del older["login"], older["personas"][0]["landings"]
    catalog = load(json.dumps(older).encode())
    assert (catalog.login, catalog.personas[0].landings) == (LoginRules(), ())
