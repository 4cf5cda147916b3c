"""A real Jupyter server, as Studio's apps run it: its own home, a free port, the base address of the app."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from websocket import WebSocket, create_connection

BASE = "/jupyterlab/default/"
_PATIENCE = 30.0  # seconds
_TOKEN = "known-to-the-test-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Jupyter:
    """A running server. Its runtime folder holds the file that names its port and token."""

    pid: int
    port: int
    runtime: Path

    def get(self, path: str) -> Any:
        """The JSON below api/, asked for without leaving a trace in the server's last activity."""
        return self._call("GET", path)

    def kernel(self) -> str:
        """The id of a new kernel that is idle."""
        kernel = str(self._call("POST", "kernels", {"name": "python3"})["id"])
        with self.channel(kernel):  # until somebody is connected, the server does not know that it has started
            self.until(kernel, "idle")
        return kernel

    def run(self, kernel: str, code: str) -> None:
        """Has a kernel begin to run code; does not wait for the end."""
        header = {"msg_id": uuid.uuid4().hex, "session": "test", "username": "ann", "msg_type": "execute_request"}
        request = {
            "channel": "shell",
            "header": {**header, "version": "5.3", "date": datetime.now(UTC).isoformat()},
            "parent_header": {},
            "metadata": {},
            "content": {"code": code, "silent": False, "store_history": False, "allow_stdin": False},
        }
        with self.channel(kernel) as socket_:
            socket_.send(json.dumps(request))
            self.until(kernel, "busy")

    def until(self, kernel: str, state: str) -> None:
        """Returns when the server says that the kernel is in this state."""
        wait_for(lambda: self.get(f"kernels/{kernel}")["execution_state"] == state, f"the kernel is {state}")

    def interrupt(self, kernel: str) -> None:
        self._call("POST", f"kernels/{kernel}/interrupt")
        self.until(kernel, "idle")

    @contextmanager
    def channel(self, kernel: str) -> Iterator[WebSocket]:
        """The connection that an open notebook keeps."""
        with self._connected(f"api/kernels/{kernel}/channels") as connection:
            yield connection

    def terminal(self) -> str:
        """The name of a new terminal, which has shown its prompt and is quiet."""
        name = str(self._call("POST", "terminals")["name"])
        self._until_quiet(name)
        return name

    def type_into(self, terminal: str, line: str) -> None:
        """Types as a person does, and waits until the answer is there."""
        with self._connected(f"terminals/websocket/{terminal}") as connection:
            connection.send(json.dumps(["stdin", f"{line}\n"]))
            self._until_quiet(terminal)

    def close_all(self) -> None:
        for kernel in self.get("kernels"):
            self._call("DELETE", f"kernels/{kernel['id']}")
        for terminal in self.get("terminals"):
            self._call("DELETE", f"terminals/{terminal['name']}")

    def _until_quiet(self, terminal: str) -> None:
        said: list[str] = []

        def quiet() -> bool:
            said.append(self.get(f"terminals/{terminal}")["last_activity"])
            return len(said) > 4 and len(set(said[-4:])) == 1

        wait_for(quiet, "the terminal is quiet")

    @contextmanager
    def _connected(self, path: str) -> Iterator[WebSocket]:
        address = f"ws://127.0.0.1:{self.port}{BASE}{path}"
        connection = create_connection(address, header=[f"Authorization: token {_TOKEN}"], timeout=_PATIENCE)
        try:
            yield connection
        finally:
            connection.close()

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(
            method,
            f"http://127.0.0.1:{self.port}{BASE}api/{path}",
            params={"no_track_activity": "1"},
            headers={"Authorization": f"token {_TOKEN}"},
            json=body,
            timeout=_PATIENCE,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Raises AssertionError if it does not come true in time."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {_PATIENCE:.0f} s in vain until {what}"
        time.sleep(0.1)


def free_port() -> int:
    """One on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def jupyter_server(home: Path) -> Iterator[Jupyter]:
    """Starts the server with nothing of the developer's own configuration, and ends it with its kernels."""
    port, runtime = free_port(), home / "runtime"
    runtime.mkdir(parents=True)
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.base_url={BASE}"]
    command += [f"--IdentityProvider.token={_TOKEN}", f"--ServerApp.root_dir={home}"]
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment |= {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(home / "config")}
    environment |= {"IPYTHONDIR": str(home / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=log)
    server = Jupyter(pid=process.pid, port=port, runtime=runtime)
    try:
        wait_for(lambda: _answers(server, process), "the server answers")
        yield server
        server.close_all()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(server: Jupyter, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the server ended: its log is in its home"
    try:
        return bool(server.get("status"))
    except requests.ConnectionError:
        return False
