"""All functions of a deployment: warm workers, logs, and asynchronous invocations with retries."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping

from local.runtime.worker import Result, Worker
from local.template.deployment import FunctionConfig

_RETRY_SECONDS = 0.2  # AWS waits one minute, then two


class Functions:
    """`credentials` assumes a role for a function; `send` delivers to an on-failure destination."""

    def __init__(
        self,
        functions: Mapping[str, FunctionConfig],
        endpoint: str,
        credentials: Callable[[FunctionConfig], Mapping[str, str]],
        send: Callable[[FunctionConfig, str], None],
    ) -> None:
        self._functions = {key: each for each in functions.values() for key in (each.arn, each.name)}
        self._endpoint = endpoint
        self._credentials = credentials
        self._send = send
        self._idle: dict[str, list[Worker]] = defaultdict(list)
        self._all: list[Worker] = []
        self._logs: dict[str, list[str]] = defaultdict(list)
        self._running = 0
        self._changed = threading.Condition()
        self._closed = threading.Event()

    def invoke(self, arn: str, payload: object) -> Result:
        """Waits for the answer."""
        function = self._functions[arn]
        with self._changed:
            self._running += 1
            worker = self._idle[arn].pop() if self._idle[arn] else None
        try:
            if worker is None or not worker.is_alive:
                worker = self._start(function)
            result = worker.invoke(json.dumps(payload).encode())
        finally:
            with self._changed:
                self._running -= 1
                if worker is not None and worker.is_alive:
                    self._idle[arn].append(worker)
                self._changed.notify_all()
        return result

    def invoke_later(self, arn: str, payload: object) -> None:
        """Returns at once; retries and the on-failure destination are as the function is configured."""
        with self._changed:
            self._running += 1
        threading.Thread(target=self._asynchronous, args=(arn, payload), daemon=True).start()

    @property
    def is_still(self) -> bool:
        """Whether nothing runs and nothing waits for a retry."""
        with self._changed:
            return self._running == 0

    def logs(self, logical_id: str) -> list[str]:
        """Everything that the function printed."""
        return list(self._logs[logical_id])

    def close(self) -> None:
        """Ends all processes."""
        self._closed.set()
        for worker in self._all:
            worker.close()

    def _start(self, function: FunctionConfig) -> Worker:
        worker = Worker(function, self._credentials(function), self._endpoint, self._logs[function.logical_id].append)
        self._all.append(worker)
        return worker

    def _asynchronous(self, arn: str, payload: object) -> None:
        function = self._functions[arn]
        try:
            for attempt in range(function.retries + 1):
                result = self.invoke(arn, payload)
                if result.ok or self._closed.wait(_RETRY_SECONDS * attempt):
                    return
            if function.on_failure is not None:
                self._send(function, _failure(function, payload, result))
        finally:
            with self._changed:
                self._running -= 1


def _failure(function: FunctionConfig, payload: object, result: Result) -> str:
    """The record that Lambda sends to a destination (Lambda Developer Guide, "Capturing records")."""
    return json.dumps(
        {
            "version": "1.0",
            "requestContext": {
                "functionArn": f"{function.arn}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": function.retries + 1,
            },
            "requestPayload": payload,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": json.loads(result.body),
        }
    )
