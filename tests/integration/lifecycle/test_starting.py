"""The lifecycle script as Studio runs it."""

from __future__ import annotations

import ast
import base64
import os
import time
from pathlib import Path

import pytest

from concierge.catalog.attached_files import MAX_SCRIPT, read_script
from tests.support.idle_reporter import SCRIPT, TABLE, Machine, loops, program, rendered
from tests.support.jupyter import Jupyter, wait_for
from tests.support.scripted_aws import ScriptedAws

LONGEST_TABLE = 255  # characters of a DynamoDB table's name


def reports(table: ScriptedAws) -> int:
    return sum(each.operation == "PutItem" for each in table.asked)


def has_reported(table: ScriptedAws) -> bool:
    return reports(table) > 0


def test_the_script_fits_into_a_lifecycle_configuration_with_any_table() -> None:
    text, complaints = read_script(SCRIPT.parent, SCRIPT.name)
    assert complaints == []
    assert len(text.encode()) <= 11_450  # so that a short script of somebody's own can be joined to it
    longest = text.replace("@ACTIVITY_TABLE@", "t" * LONGEST_TABLE)
    assert len(base64.b64encode(longest.encode())) <= MAX_SCRIPT


def test_the_table_has_one_place_in_the_script() -> None:
    assert SCRIPT.read_text().count("@ACTIVITY_TABLE@") == 1
    assert f"STUDIO_REPORTER_TABLE='{TABLE}'" in rendered()


def test_line_ends_are_those_of_linux() -> None:
    assert b"\r" not in SCRIPT.read_bytes()


def test_the_oldest_python_of_studio_can_read_it() -> None:
    ast.parse(program(), feature_version=(3, 7))


def test_an_app_starts_at_once_and_its_first_report_follows(lab: Machine, table: ScriptedAws) -> None:
    start = time.monotonic()
    started = lab.start()
    assert time.monotonic() - start < 10
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
    (loop,) = loops(lab.home)
    assert os.getsid(loop) == loop  # it outlives what runs the lifecycle script
    wait_for(lambda: has_reported(table), "the first report has come")


def test_a_look_remembers_the_one_before(lab: Machine, table: ScriptedAws) -> None:
    lab.environment["STUDIO_REPORTER_SECONDS"] = "0.2"
    lab.command("timeout", f'echo >> {lab.home}/looks; shift; exec "$@"')
    lab.start()
    looks = lab.home / "looks"
    wait_for(lambda: looks.exists() and len(looks.read_text()) > 4, "it has looked five times")
    assert reports(table) == 1


def test_the_reporter_waits_for_a_server_that_comes_later(bare: Machine, table: ScriptedAws, jupyter: Jupyter) -> None:
    bare.environment |= {"STUDIO_REPORTER_SECONDS": "1", "JUPYTER_RUNTIME_DIR": str(bare.home / "runtime")}
    bare.start()
    log = bare.home / "reporter" / "log"
    wait_for(lambda: "no Jupyter server" in log.read_text(), "it has looked in vain")
    assert not has_reported(table)
    (bare.home / "runtime").symlink_to(jupyter.runtime)
    wait_for(lambda: has_reported(table), "it has found the server")


def test_starting_twice_makes_one_reporter(bare: Machine) -> None:
    for _ in range(2):
        assert bare.start().returncode == 0
    wait_for(lambda: len(loops(bare.home)) == 1, "one of the two is left")
    time.sleep(0.5)
    assert len(loops(bare.home)) == 1


def test_a_home_that_cannot_be_written_to_does_not_matter(lab: Machine, table: ScriptedAws) -> None:
    lab.environment |= {"HOME": os.devnull, "STUDIO_REPORTER_FOLDER": f"{os.devnull}/reporter"}
    assert lab.start().returncode == 0
    assert [path.parent for path in lab.home.glob("studio-reporter-*/loop.sh")] != []
    wait_for(lambda: has_reported(table), "the first report has come")


def test_a_machine_on_which_nothing_can_be_written_starts_without_a_reporter(bare: Machine) -> None:
    nowhere = f"{os.devnull}/x"
    bare.environment |= {"HOME": nowhere, "TMPDIR": nowhere, "STUDIO_REPORTER_FOLDER": nowhere}
    started = bare.start()
    assert (started.returncode, started.stdout) == (0, "")
    assert loops(bare.home) == []


def test_without_a_table_there_is_no_reporter(bare: Machine) -> None:
    started = bare.start(SCRIPT.read_text().replace("@ACTIVITY_TABLE@", ""))
    assert (started.returncode, started.stdout, started.stderr) == (0, "", "")
    assert loops(bare.home) == []
    assert not (bare.home / "reporter").exists()


def test_the_log_does_not_grow_without_end(bare: Machine) -> None:
    folder = bare.home / "reporter"
    folder.mkdir()
    (folder / "log").write_text("full\n" * 20_000)
    bare.start()
    wait_for(lambda: "no Jupyter server" in (folder / "log").read_text(), "it has looked")
    assert (folder / "log").stat().st_size < 1_000


@pytest.mark.parametrize("python", ["/no/such/python", "/bin/false"])
def test_an_app_starts_on_a_machine_without_a_python_that_works(bare: Machine, tmp_path: Path, python: str) -> None:
    bare.environment["STUDIO_REPORTER_PYTHON"] = python
    assert bare.start().returncode == 0
