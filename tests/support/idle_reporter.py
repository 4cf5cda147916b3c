"""The reporter of lifecycle/idle-reporter.sh: look by look, or started as Studio starts it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.jupyter import Jupyter, free_port, wait_for
from tests.support.scripted_aws import ScriptedAws

SCRIPT = Path(__file__).resolve().parents[2] / "lifecycle" / "idle-reporter.sh"
TABLE = "studio-activity"
ROLE = "studio-exec-ann-0a1b2c3d"
METADATA = {
    "AppType": "JupyterLab",
    "DomainId": "d-research",
    "SpaceName": "ann-lab",
    "ExecutionRoleArn": f"arn:aws:iam::123456789012:role/studio/exec/{ROLE}",
    "ResourceArn": "arn:aws:sagemaker:eu-west-1:123456789012:app/d-research/ann-lab/JupyterLab/default",
    "ResourceName": "default",
}
_AWS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_EC2_METADATA_DISABLED")


def rendered() -> str:
    """The script with its table, as onboarding fills it in."""
    return SCRIPT.read_text().replace("@ACTIVITY_TABLE@", TABLE)


def program() -> str:
    """The Python of one look."""
    found = re.search(r"<< 'REPORTER'[^\n]*\n(.*?)\nREPORTER\n", rendered(), re.DOTALL)
    assert found, "the script holds no program"
    return found.group(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look left behind. `item` is what the table was told, or None; attributes without their types."""

    code: int
    log: str
    seconds: float
    item: Mapping[str, str] | None

    @property
    def told(self) -> Mapping[str, str]:
        assert self.item is not None, f"nothing was reported: {self.log}"
        return self.item


@dataclass(kw_only=True)
class Machine:
    """A machine of Studio: its folder, where its reporter finds things, and what that remembers between looks.

    Its processes and terminals are those that a test names, for others run on the machine of the tests.
    """

    home: Path
    table: ScriptedAws
    environment: dict[str, str]
    state: dict[str, Any] = field(default_factory=dict)

    def is_a(self, **metadata: str | None) -> None:
        """Changes fields of the metadata; None leaves one out."""
        fields = {name: value for name, value in {**METADATA, **metadata}.items() if value is not None}
        (self.home / "metadata.json").write_text(json.dumps(fields))

    def watches(self, pid: int) -> None:
        """Counts the CPU time of a process as that of this app."""
        (self.home / "proc" / str(pid)).symlink_to(f"/proc/{pid}")

    def command(self, name: str, script: str) -> None:
        """Puts a program on the PATH."""
        program_file = self.home / "bin" / name
        program_file.write_text(f"#!/bin/bash\n{script}\n")
        program_file.chmod(0o755)

    def started(self, seconds_ago: int) -> None:
        self.state["started"] = int(time.time()) - seconds_ago

    def reported(self, seconds_ago: int, *, active: int | None = None) -> None:
        """Has the last report been that long ago, and told activity of so many seconds ago, or else of its own time."""
        now = int(time.time())
        self.state["written"] = [now - seconds_ago, now - (seconds_ago if active is None else active)]

    def glance(self) -> None:
        """A look after which no report is due yet."""
        self.reported(0)
        assert self.look().item is None

    def look(self, *options: str) -> Look:
        """One look, with what the last one remembered."""
        before, start = len(self.table.asked), time.monotonic()
        done = subprocess.run(
            [sys.executable, *options, "-"],
            input=program(),
            env={**self.environment, "STUDIO_REPORTER_TABLE": TABLE, "STUDIO_REPORTER_STATE": json.dumps(self.state)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        self.state = json.loads(done.stdout)
        puts = [each.json for each in self.table.asked[before:] if each.operation == "PutItem"]
        assert all(each["TableName"] == TABLE for each in puts)
        item = {name: next(iter(value.values())) for name, value in puts[-1]["Item"].items()} if puts else None
        return Look(code=done.returncode, log=done.stderr, seconds=time.monotonic() - start, item=item)

    def start(self, script: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs the reporter's script, or another one, as Studio does when the app starts.

        Waits until what it left has settled.
        """
        on_start = self.home / "on-start.sh"
        on_start.write_text(script or rendered())
        command = ["bash", str(on_start)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=20, cwd=self.home
        )
        wait_for(lambda: not any(_is_starting(words) for _, words in _processes(self.home)), "nothing is starting")
        return done


@contextmanager
def machine(home: Path, table: ScriptedAws, server: Jupyter | None = None) -> Iterator[Machine]:
    """One whose looks find this server, if any, and tell this table. Reporters that it started are stopped."""
    for folder in ("proc", "terminals", "bin"):
        (home / folder).mkdir()
    found = {
        "METADATA": home / "metadata.json",
        "PROC": home / "proc",
        "TERMINALS": home / "terminals",
        "EDITOR_FILE": home / "editor-was-used",
        "ADDRESS": f"http://127.0.0.1:{free_port()}/",
        "FOLDER": home / "reporter",
    }
    environment = {f"STUDIO_REPORTER_{name}": str(value) for name, value in found.items()}
    environment |= {name: os.environ[name] for name in _AWS}
    environment |= {"AWS_ENDPOINT_URL_DYNAMODB": table.url, "HOME": str(home), "TMPDIR": str(home)}
    environment |= {"PATH": f"{home / 'bin'}:/usr/bin:/bin", "STUDIO_REPORTER_PYTHON": sys.executable}
    if server:
        environment["JUPYTER_RUNTIME_DIR"] = str(server.runtime)
    made = Machine(home=home, table=table, environment=environment)
    made.is_a()
    table.will({})
    try:
        yield made
    finally:
        for pid in loops(home):
            os.killpg(pid, signal.SIGKILL)


def loops(home: Path) -> list[int]:
    """The reporters that run from below this folder, each the leader of its own process group."""
    return [pid for pid, words in _processes(home) if words[-1].endswith("/loop.sh") and _leads(pid)]


def _processes(home: Path) -> Iterator[tuple[int, list[str]]]:
    """Everything that runs a file of this folder, with its command line."""
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").rstrip("\0").split("\0")
        except OSError:
            continue
        if any(word.startswith(f"{home}/") for word in words):
            yield pid, words


def _is_starting(words: list[str]) -> bool:
    return words[0] in ("setsid", "nice") or words[-1].endswith("/on-start.sh")


def _leads(pid: int) -> bool:
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
