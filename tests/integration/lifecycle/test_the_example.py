"""The scripts of examples/studio.yaml, joined and filled in as onboarding sends them to Studio."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from concierge.catalog.attached_files import MAX_SCRIPT
from concierge.catalog.load import load
from concierge.catalog.source import compile_file
from concierge.model import AppType
from concierge.onboarding.reporting import PLACEHOLDER, reporting_script
from tests.support.idle_reporter import TABLE, Machine, loops
from tests.support.jupyter import wait_for
from tests.support.scripted_aws import ScriptedAws

CATALOG = load(compile_file(Path(__file__).resolve().parents[3] / "examples" / "studio.yaml"))
LONG_TABLE = "t" * 60
SCRIPTS = {each.name: each.script for each in CATALOG.lifecycle_configs}
each_script = pytest.mark.parametrize("name", SCRIPTS)


@each_script
def test_it_fits_into_one_lifecycle_configuration(name: str) -> None:
    script = reporting_script(SCRIPTS[name], LONG_TABLE)
    assert script.count(LONG_TABLE) == 1
    assert len(base64.b64encode(script.encode())) <= MAX_SCRIPT


@each_script
def test_bash_and_shellcheck_accept_it(tmp_path: Path, name: str) -> None:
    script = tmp_path / "on-start.sh"
    script.write_text(reporting_script(SCRIPTS[name], LONG_TABLE))
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in (["bash", "-n"], ["shellcheck"]):
        program = shutil.which(command[0], path=places)
        assert program, f"{command[0]} is not installed"
        done = subprocess.run([program, *command[1:], script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("persona", ["data-scientist", "ml-engineer"])
def test_studio_has_one_configuration_to_run_for_each_kind_of_app_and_it_reports(persona: str) -> None:
    given = CATALOG.persona(persona).lifecycle_configs
    configs = [each for each in CATALOG.lifecycle_configs if each.name in given]
    assert sorted(each.app_type for each in configs) == [AppType.CODE_EDITOR, AppType.JUPYTER_LAB]
    assert all(PLACEHOLDER in each.script for each in configs)


def test_jupyterlab_starts_with_the_defaults_set_and_its_first_report_follows(lab: Machine, table: ScriptedAws) -> None:
    started = lab.start(reporting_script(SCRIPTS["defaults"], TABLE))
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
    for name in (".config/pip/pip.conf", ".condarc", ".gitconfig"):
        assert (lab.home / name).exists(), name
    assert len(loops(lab.home)) == 1
    wait_for(lambda: "PutItem" in [each.operation for each in table.asked], "the first report has come")
    put = next(each.json for each in table.asked if each.operation == "PutItem")
    assert put["TableName"] == TABLE
    assert put["Item"]["sk"] == {"S": "app#d-research/space/ann-lab/JupyterLab/default"}


def test_a_home_without_room_for_the_defaults_gets_a_reporter_nevertheless(lab: Machine, table: ScriptedAws) -> None:
    lab.environment["HOME"] = os.devnull
    assert lab.start(reporting_script(SCRIPTS["defaults"], TABLE)).returncode == 0
    wait_for(lambda: "PutItem" in [each.operation for each in table.asked], "the first report has come")
