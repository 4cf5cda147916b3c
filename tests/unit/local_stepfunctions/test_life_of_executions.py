"""Settling waits for executions, and closing leaves none behind."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import pytest
from moto.core.config import default_user_config

from local.stack import LocalStack
from local.states.pauses import Pauses
from tests.unit.local_stepfunctions.conftest import TEMPLATE, Runner


def own_workers() -> list[str]:
    every = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    own = [line for line in every if line.split()[0] == str(os.getpid())]
    return [line for line in own if "awslambdaric" in line or "client.py" in line]


def test_closing_ends_what_runs_and_what_waits() -> None:
    threads = set(threading.enumerate())
    with LocalStack(TEMPLATE) as stack:
        stack.start_execution("Waiter", {"seconds": 100_000})
        stack.start_execution("Night", {"targets": ["endless-1", "endless-2", "endless-3"]})
        deadline = time.monotonic() + 20
        while not any("endless" in line for line in stack.logs("Sweep")):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    began = time.monotonic()
    stack.close()
    assert time.monotonic() - began < 10
    assert {each.name for each in set(threading.enumerate()) - threads if each.is_alive()} == set()
    assert own_workers() == []
    assert [each.status for each in stack.executions] == ["ABORTED", "ABORTED"]
    assert not default_user_config["stepfunctions"]["execute_state_machine"]


def test_the_next_stack_has_none_of_the_former_ones_executions() -> None:
    with LocalStack(TEMPLATE) as former:
        former.start_execution("Waiter", {"seconds": 1})
        former.settle(timeout=20)
        assert len(former.executions) == 1
    with LocalStack(TEMPLATE) as stack:
        assert stack.executions == ()
        assert len(stack.session().client("stepfunctions").list_state_machines()["stateMachines"]) == 4


def test_settling_says_which_execution_still_runs() -> None:
    with LocalStack(TEMPLATE, pauses=Pauses(scale=1, most=1000)) as stack:
        name = stack.start_execution("Waiter", {"seconds": 2})
        with pytest.raises(TimeoutError, match=f"execution {name} of Waiter"):
            stack.settle(timeout=0.2)
        began = time.monotonic()
        assert Runner(stack=stack).ended(name).status == "SUCCEEDED"
        assert time.monotonic() - began > 1


def test_an_hour_of_waiting_takes_a_second_at_most() -> None:
    pauses = Pauses()
    assert [pauses.seconds(each) for each in (-1, 1, 30, 3600)] == [0, 0.01, 0.3, 1]
