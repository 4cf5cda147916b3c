"""One real Jupyter server for all the tests of this folder; each test has a machine of its own."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.idle_reporter import Machine, machine
from tests.support.jupyter import Jupyter, jupyter_server
from tests.support.scripted_aws import ScriptedAws, scripted_aws


@pytest.fixture(scope="session", autouse=True)
def linux() -> None:
    """The script reads /proc and uses setsid: it is for Studio's apps, and they run nowhere else."""
    if platform.system() != "Linux":
        pytest.skip("needs Linux, as Studio's apps do")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture
def jupyter(server: Jupyter) -> Jupyter:
    """The server, with nothing open."""
    server.close_all()
    return server


@pytest.fixture
def table() -> Iterator[ScriptedAws]:
    """The activity table, or whatever else the test makes of it: one address answers every call."""
    with scripted_aws() as aws:
        yield aws


@pytest.fixture
def lab(tmp_path: Path, table: ScriptedAws, jupyter: Jupyter) -> Iterator[Machine]:
    """A JupyterLab app whose server is up."""
    with machine(tmp_path, table, jupyter) as made:
        yield made


@pytest.fixture
def bare(tmp_path: Path, table: ScriptedAws) -> Iterator[Machine]:
    """An app without any server that answers."""
    with machine(tmp_path, table) as made:
        yield made
