"""One execution environment: a child process that runs a function with its role's credentials."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

from local.runtime.api import Answer, Invocation, RuntimeApi
from local.template.deployment import FunctionConfig

_OWN_CLIENT = Path(__file__).with_name("client.py")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an invocation; `ok` is False for an error, a timeout or a crash of the process."""

    ok: bool
    body: bytes


class Worker:
    """Started with the environment that Lambda gives a function; killed when it times out or dies."""

    def __init__(
        self, function: FunctionConfig, credentials: Mapping[str, str], endpoint: str, log: Callable[[str], None]
    ) -> None:
        self._function = function
        self._api = RuntimeApi()
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, *_client(function)],
            cwd=function.source,
            env=_environment(function, credentials, endpoint, self._api.address),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def is_alive(self) -> bool:
        """Whether it can take another invocation."""
        return self._process.poll() is None

    def invoke(self, payload: bytes) -> Result:
        """Runs one invocation; blocks until it answers or times out."""
        deadline = time.time() + self._function.timeout
        request_id = str(uuid.uuid4())
        self._api.invocations.put(
            Invocation(request_id=request_id, payload=payload, deadline=deadline, function_arn=self._function.arn)
        )
        try:
            answer: Answer | None = self._api.answers.get(timeout=self._function.timeout)
        except Empty:
            self.close()
            message = f"{request_id} Task timed out after {self._function.timeout:.2f} seconds"
            self._log(message)
            return Result(ok=False, body=f'{{"errorMessage": "{message}"}}'.encode())
        if answer is None:
            body = b'{"errorType": "Runtime.ExitError", "errorMessage": "the function\'s process ended"}'
            return Result(ok=False, body=body)
        return Result(ok=answer.ok, body=answer.body)

    def close(self) -> None:
        """Ends the process and its runtime API."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        self._api.close()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - asked for in Popen
        with self._process.stdout as lines:
            for line in lines:
                self._log(line.rstrip("\n"))
        self._api.answers.put(None)


def _client(function: FunctionConfig) -> list[str]:
    if importlib.util.find_spec("awslambdaric") is not None:
        return ["-m", "awslambdaric", function.handler]
    return [str(_OWN_CLIENT)]


def _environment(
    function: FunctionConfig, credentials: Mapping[str, str], endpoint: str, runtime_api: str
) -> dict[str, str]:
    region = function.arn.split(":")[3]
    return {
        "PATH": os.environ["PATH"],
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join(str(each) for each in (function.source, *function.layers)),
        "PYTHONUNBUFFERED": "1",
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(function.source),
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"local/[$LATEST]{uuid.uuid4().hex}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        **function.environment,
    }
