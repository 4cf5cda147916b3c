"""A function in a child process: answers, errors, timeouts, with either runtime client."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.runtime import worker
from local.runtime.worker import Worker
from local.template.deployment import FunctionConfig

CREDENTIALS = {"AccessKeyId": "a", "SecretAccessKey": "b", "SessionToken": "c"}
CODE = """
import os, sys, time
def handler(event, context):
    print("heard", event["say"])
    if event["say"] == "boom": raise ValueError("boom")
    if event["say"] == "sleep": time.sleep(30)
    if event["say"] == "die": os._exit(3)
    return {"said": event["say"], "role": os.environ["AWS_ACCESS_KEY_ID"], "arn": context.invoked_function_arn}
"""
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:echo"


@pytest.fixture(params=["real", "stand-in"])
def start(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Worker]]:
    if request.param == "real" and importlib.util.find_spec("awslambdaric") is None:
        pytest.skip("awslambdaric has no wheel for this system")
    if request.param == "stand-in":
        monkeypatch.setattr(worker, "_client", lambda _: [str(Path(worker.__file__).with_name("client.py"))])
    started: list[Worker] = []

    def one(code: str) -> Worker:
        (tmp_path / "app.py").write_text(code)
        function = FunctionConfig(
            logical_id="Echo",
            name="echo",
            arn=ARN,
            role="role",
            handler="app.handler",
            source=tmp_path,
            layers=(),
            environment={},
            timeout=3,
            memory=128,
        )
        started.append(Worker(function, CREDENTIALS, "http://127.0.0.1:9", lines.append))
        return started[-1]

    lines: list[str] = []
    yield one
    for each in started:
        each.close()


def test_an_invocation_is_answered_and_the_worker_stays_warm(start: Callable[[str], Worker]) -> None:
    echo = start(CODE)
    for word in ("one", "two"):
        result = echo.invoke(json.dumps({"say": word}).encode())
        assert result.ok
        assert json.loads(result.body) == {"said": word, "role": "a", "arn": ARN}
    assert echo.is_alive


def test_an_error_is_an_answer_with_its_type_and_the_worker_goes_on(start: Callable[[str], Worker]) -> None:
    echo = start(CODE)
    result = echo.invoke(b'{"say": "boom"}')
    assert not result.ok
    assert json.loads(result.body)["errorType"] == "ValueError"
    assert echo.invoke(b'{"say": "again"}').ok


def test_a_function_that_takes_too_long_is_ended_and_says_so(start: Callable[[str], Worker]) -> None:
    echo = start(CODE)
    result = echo.invoke(b'{"say": "sleep"}')
    assert not result.ok
    assert b"Task timed out after 3.00 seconds" in result.body
    assert not echo.is_alive


def test_a_process_that_dies_is_a_failed_invocation(start: Callable[[str], Worker]) -> None:
    result = start(CODE).invoke(b'{"say": "die"}')
    assert not result.ok
    assert b"ended" in result.body


def test_code_that_cannot_be_imported_fails_its_first_invocation(start: Callable[[str], Worker]) -> None:
    result = start("import not_there").invoke(b"{}")
    assert not result.ok
    assert b"not_there" in result.body
