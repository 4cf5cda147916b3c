"""A stack's beginning and end: the next one starts clean, and nothing is left running."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from local.runtime.functions import Closed, Functions
from local.stack import LocalStack
from local.template.deployment import FunctionConfig

TEMPLATE = Path(__file__).parents[2] / "fixtures" / "sam_app" / "template.yaml"
CREDENTIALS = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c"}


def test_a_second_stack_starts_clean_and_nothing_is_left_behind() -> None:
    threads = set(threading.enumerate())
    with LocalStack(TEMPLATE) as one:
        one.put_event({"source": "test.app", "detail-type": "Said", "detail": {"say": "in the middle"}})
    with LocalStack(TEMPLATE) as two:
        assert two.logs("Fussy") == []
        assert len(two.session().client("sqs").list_queues()["QueueUrls"]) == 3
    assert {each.name for each in set(threading.enumerate()) - threads if each.is_alive()} == set()
    every = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    own = [line for line in every if line.split()[0] == str(os.getpid())]
    assert [line for line in own if "awslambdaric" in line or "client.py" in line] == []


def test_an_invocation_that_comes_while_closing_starts_no_process(tmp_path: Path) -> None:
    function = FunctionConfig(
        logical_id="Late",
        name="late",
        arn="arn:aws:lambda:eu-west-1:123456789012:function:late",
        role="role",
        handler="app.handler",
        source=tmp_path,
        layers=(),
        environment={},
        timeout=3,
        memory=128,
    )
    asked, answered = threading.Event(), threading.Event()

    def credentials(_: FunctionConfig) -> dict[str, str]:
        asked.set()
        answered.wait(5)
        return CREDENTIALS

    functions = Functions({"late": function}, "http://127.0.0.1:9", credentials, lambda *_: None)
    functions.invoke_later(function.arn, {})
    asked.wait(5)
    closing = threading.Thread(target=functions.close)
    closing.start()
    time.sleep(0.1)
    answered.set()
    closing.join(5)
    assert not closing.is_alive()
    assert functions.running == ()
    with pytest.raises(Closed):
        functions.invoke(function.arn, {})
