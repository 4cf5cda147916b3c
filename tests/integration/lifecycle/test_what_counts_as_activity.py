"""What the reporter takes for activity, against a real Jupyter server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.idle_reporter import ROLE, Machine
from tests.support.jupyter import Jupyter
from tests.support.scripted_aws import ScriptedAws

WEEK = 7 * 24 * 3600


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def next_second() -> None:
    """Times are told in whole seconds: what comes after is later than what came before."""
    time.sleep(1.01 - time.time() % 1)


@contextmanager
def burner() -> Iterator[int]:
    """A process outside Jupyter, such as a training that somebody started with nohup."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


def test_an_app_in_which_nothing_was_opened_is_reported_without_activity(lab: Machine) -> None:
    look = lab.look()
    told = look.told
    assert (told["pk"], told["sk"]) == (f"role#{ROLE}", "app#d-research/space/ann-lab/JupyterLab/default")
    assert told["seen_at"] == told["started_at"]
    assert abs(seconds(told["seen_at"]) - time.time()) < 5
    assert told["version"] == "1"
    assert int(told["expires_at"]) == seconds(told["seen_at"]) + WEEK
    assert set(told) == {"pk", "sk", "seen_at", "started_at", "version", "expires_at"}
    assert (look.code, look.log) == (0, "")


def test_a_busy_kernel_is_activity_for_as_long_as_it_works(lab: Machine, jupyter: Jupyter) -> None:
    kernel = jupyter.kernel()
    jupyter.run(kernel, "import time; time.sleep(60)")
    began = seconds(jupyter.get(f"kernels/{kernel}")["last_activity"])
    lab.started(100)
    next_second()
    told = lab.look().told
    jupyter.interrupt(kernel)
    assert (told["active_at"], told["why"]) == (told["seen_at"], "kernel busy")
    assert seconds(told["active_at"]) > began
    assert "open" not in told


def test_an_idle_kernel_was_active_when_it_last_ran_something_and_not_since(lab: Machine, jupyter: Jupyter) -> None:
    lab.started(100)
    kernel = jupyter.kernel()
    used = int(seconds(jupyter.get(f"kernels/{kernel}")["last_activity"]))
    lab.glance()
    assert lab.state["active"] == [used, "kernel used"]
    next_second()
    lab.reported(900)
    told = lab.look().told
    assert seconds(told["active_at"]) == used < seconds(told["seen_at"])
    assert (told["why"], told["open"]) == ("kernel used", "1 kernel")


def test_a_notebook_that_stays_open_in_a_tab_is_open_and_not_active(lab: Machine, jupyter: Jupyter) -> None:
    kernel = jupyter.kernel()
    next_second()
    lab.started(0)
    with jupyter.channel(kernel):
        next_second()
        assert jupyter.get(f"kernels/{kernel}")["connections"] == 1
        told = lab.look().told
    assert told["open"] == "1 kernel"
    assert "active_at" not in told


def test_a_terminal_in_which_nobody_types_is_open_and_not_active(lab: Machine, jupyter: Jupyter) -> None:
    jupyter.kernel()
    jupyter.kernel()
    jupyter.terminal()
    next_second()
    told = lab.look().told
    assert told["open"] == "2 kernels, 1 terminal"
    assert "active_at" not in told


def test_typing_in_a_terminal_is_activity(lab: Machine, jupyter: Jupyter) -> None:
    terminal = jupyter.terminal()
    lab.started(0)
    next_second()
    jupyter.type_into(terminal, "echo hello")
    told = lab.look().told
    assert told["why"] == "terminal used"
    assert seconds(told["started_at"]) < seconds(told["active_at"]) <= seconds(told["seen_at"])


def test_what_was_used_before_the_app_started_is_no_activity_of_this_one(lab: Machine, jupyter: Jupyter) -> None:
    jupyter.kernel()
    next_second()
    lab.glance()
    assert "active" not in lab.state


def test_work_outside_jupyter_is_activity(lab: Machine) -> None:
    del lab.environment["STUDIO_REPORTER_PROC"]  # all processes of the machine, as in Studio
    lab.started(100)
    with burner():
        lab.glance()
        assert "active" not in lab.state
        time.sleep(1)
        lab.reported(600)
        told = lab.look().told
    assert told["active_at"] == told["seen_at"]
    assert told["why"].startswith("cpu ")


def test_an_idle_server_with_an_idle_kernel_and_terminal_does_no_work(lab: Machine, jupyter: Jupyter) -> None:
    jupyter.kernel()
    jupyter.terminal()
    running = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    children = [pid for pid in running if parent(pid) == jupyter.pid]
    assert len(children) == 2
    for pid in (jupyter.pid, *children):
        lab.watches(pid)
    lab.started(0)
    time.sleep(0.5)
    lab.glance()
    time.sleep(1.5)
    lab.glance()
    assert "active" not in lab.state


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def test_the_share_of_cpu_that_counts_is_a_setting(lab: Machine) -> None:
    lab.environment["STUDIO_REPORTER_CPU"] = "250"
    lab.started(100)
    with burner() as pid:
        lab.watches(pid)
        lab.glance()
        time.sleep(0.5)
        lab.glance()
        assert "active" not in lab.state
        lab.environment["STUDIO_REPORTER_CPU"] = "25"
        time.sleep(0.5)
        lab.glance()
    assert lab.state["active"][1].startswith("cpu ")


def test_work_of_a_gpu_is_activity_and_a_quiet_one_is_not(lab: Machine) -> None:
    lab.started(100)
    lab.command("nvidia-smi", "printf '0\\n1\\n'")
    lab.glance()
    assert "active" not in lab.state
    lab.command("nvidia-smi", "printf '0\\n80\\n'")
    lab.glance()
    assert lab.state["active"][1] == "gpu 80 %"


def test_looking_does_not_move_the_last_activity_of_the_server(lab: Machine, jupyter: Jupyter) -> None:
    jupyter.kernel()
    jupyter.terminal()
    before = jupyter.get("status")["last_activity"]
    lab.glance()
    assert lab.state["open"] == "1 kernel, 1 terminal"
    assert jupyter.get("status")["last_activity"] == before


def test_an_editor_that_is_connected_from_outside_is_activity_of_jupyterlab_too(lab: Machine) -> None:
    lab.started(100)
    write_stamp(lab, time.time())
    lab.glance()
    assert lab.state["active"][1] == "editor used"


def write_stamp(machine: Machine, when: float) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(when))
    (machine.home / "editor-was-used").write_text(stamp)


def test_code_editor_says_itself_when_it_was_used(bare: Machine, table: ScriptedAws) -> None:
    bare.is_a(AppType="CodeEditor")
    bare.started(100)
    write_stamp(bare, time.time() - 60)
    told = bare.look().told
    assert told["sk"] == "app#d-research/space/ann-lab/CodeEditor/default"
    assert seconds(told["seen_at"]) - seconds(told["active_at"]) in (60, 61)
    assert told["why"] == "editor used"
    assert [each.operation for each in table.asked] == ["PutItem"]


def test_code_editor_is_asked_only_while_its_file_is_missing(bare: Machine, table: ScriptedAws) -> None:
    bare.is_a(AppType="CodeEditor")
    bare.environment["STUDIO_REPORTER_ADDRESS"] = f"{table.url}/codeeditor/default/"
    table.will({"lastActiveTimestamp": "2020-01-01T00:00:00.000Z"}, {})
    assert "active_at" not in bare.look().told
    assert [each.path for each in table.asked] == ["/codeeditor/default/api/idle", "/"]


def test_output_of_a_terminal_of_code_editor_is_activity(bare: Machine) -> None:
    bare.is_a(AppType="CodeEditor")
    bare.started(100)
    write_stamp(bare, time.time() - 1000)
    terminal = bare.home / "terminals" / "0"
    terminal.touch()
    os.utime(terminal, (time.time() - 50,) * 2)
    told = bare.look().told
    assert (told["why"], told["open"]) == ("terminal used", "1 terminal")
    assert seconds(told["seen_at"]) - seconds(told["active_at"]) in (50, 51)


def test_an_app_whose_server_does_not_answer_is_not_called_idle(bare: Machine) -> None:
    look = bare.look()
    assert look.item is None
    assert look.code == 75
    assert "no Jupyter server listens" in look.log


def test_a_code_editor_that_does_not_say_when_it_was_used_is_not_called_idle(bare: Machine) -> None:
    bare.is_a(AppType="CodeEditor")
    assert bare.look().item is None


@pytest.mark.parametrize("status", [404, 500])
def test_a_second_server_that_answers_does_not_vouch_for_one_that_does_not(
    lab: Machine, table: ScriptedAws, status: int
) -> None:
    lab.environment["STUDIO_REPORTER_ADDRESS"] = f"{table.url}/"
    table.will({}, status=status)
    look = lab.look()
    assert look.item is None
    assert f"HTTP Error {status}" in look.log


def test_a_server_without_terminals_is_looked_at_like_any_other(bare: Machine, table: ScriptedAws) -> None:
    bare.environment["STUDIO_REPORTER_ADDRESS"] = f"{table.url}/"
    table.replies = [(200, b"[]", {}), (404, b"{}", {}), (200, b"{}", {})]
    assert bare.look().item is not None


def test_work_goes_on_being_reported_when_the_server_has_died_and_then_nothing(lab: Machine, tmp_path: Path) -> None:
    lab.started(100)
    with burner() as pid:
        lab.watches(pid)
        lab.glance()
        lab.environment["JUPYTER_RUNTIME_DIR"] = str(tmp_path / "gone")
        time.sleep(0.5)
        lab.reported(600)
        assert lab.look().told["why"].startswith("cpu ")
    lab.reported(900)
    assert lab.look().item is None


def test_a_clock_that_was_put_back_makes_nothing_younger_than_now(lab: Machine) -> None:
    lab.started(-3600)
    lab.reported(-3600)
    told = lab.look().told
    assert told["started_at"] == told["seen_at"]
    lab.started(100)
    write_stamp(lab, time.time() + 7200)
    lab.glance()
    assert lab.state["active"][0] <= time.time()
