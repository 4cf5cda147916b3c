"""All functions of a deployment: warm workers, logs, and asynchronous invocations with retries."""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from local.runtime.worker import Result, Worker
from local.template.deployment import FunctionConfig

_RETRY_SECONDS = (0.2, 0.4)  # AWS waits one minute, then two


class Closed(RuntimeError):
    """The stack is being closed: nothing is started any more."""


class Functions:
    """`credentials` assumes a role for a function; `send` delivers to an on-failure destination.

    retry_seconds: how long an asynchronous invocation waits before its first and its second retry.
    """

    def __init__(
        self,
        functions: Mapping[str, FunctionConfig],
        endpoint: str,
        credentials: Callable[[FunctionConfig], Mapping[str, str]],
        send: Callable[[FunctionConfig, str], None],
        retry_seconds: tuple[float, float] = _RETRY_SECONDS,
    ) -> None:
        self._functions = {key: each for each in functions.values() for key in (each.arn, each.name)}
        self._endpoint = endpoint
        self._credentials = credentials
        self._send = send
        self._retry_seconds = retry_seconds
        self._idle: dict[str, list[Worker]] = defaultdict(list)
        self._all: list[Worker] = []
        self._asynchronously: list[threading.Thread] = []
        self._logs: dict[str, list[str]] = {each.logical_id: [] for each in functions.values()}
        self._running: Counter[str] = Counter()
        self._begun = 0
        self._changed = threading.Lock()
        self._closed = threading.Event()

    def invoke(self, arn: str, payload: object) -> Result:
        """Waits for the answer; raises Closed once the stack is being closed."""
        function = self._functions[arn]
        with self._changed:
            self._began(function)
            worker = self._idle[arn].pop() if self._idle[arn] else None
        try:
            if worker is None or not worker.is_alive:
                worker = self._start(function)
            result = worker.invoke(json.dumps(payload).encode())
        finally:
            with self._changed:
                if worker is not None and worker.is_alive:
                    self._idle[arn].append(worker)
                self._ended(function)
        return result

    def arn_of(self, name_or_arn: str) -> str | None:
        """The ARN of a function; None for one that the template does not have."""
        function = self._functions.get(name_or_arn)
        return function.arn if function is not None else None

    def invoke_later(self, arn: str, payload: object) -> None:
        """Returns at once; retries and the on-failure destination are as the function is configured."""
        thread = threading.Thread(target=self._asynchronous, args=(arn, payload), daemon=True)
        with self._changed:
            self._began(self._functions[arn])
            self._asynchronously = [each for each in self._asynchronously if each.is_alive()] + [thread]
            thread.start()

    @property
    def running(self) -> tuple[str, ...]:
        """The functions, by logical id, that run or wait for a retry."""
        with self._changed:
            return tuple(sorted(+self._running))

    @property
    def begun(self) -> int:
        """How many invocations have begun so far."""
        with self._changed:
            return self._begun

    def logs(self, logical_id: str) -> list[str]:
        """Everything that the function printed; raises KeyError for a function that the template does not have."""
        return list(self._logs[logical_id])

    def close(self) -> None:
        """Ends all processes and what waits for them; nothing is started afterwards."""
        with self._changed:
            self._closed.set()
            workers, threads = list(self._all), list(self._asynchronously)
        for worker in workers:
            worker.close()
        for thread in threads:
            thread.join()

    def _start(self, function: FunctionConfig) -> Worker:
        credentials = self._credentials(function)
        with self._changed:
            if self._closed.is_set():
                raise Closed(function.logical_id)
            worker = Worker(function, credentials, self._endpoint, self._logs[function.logical_id].append)
            self._all.append(worker)
        return worker

    def _began(self, function: FunctionConfig) -> None:
        self._running[function.logical_id] += 1
        self._begun += 1

    def _ended(self, function: FunctionConfig) -> None:
        self._running[function.logical_id] -= 1

    def _asynchronous(self, arn: str, payload: object) -> None:
        function = self._functions[arn]
        try:
            result = self.invoke(arn, payload)
            for seconds in self._retry_seconds[: function.retries]:
                if result.ok or self._closed.wait(seconds):
                    return
                result = self.invoke(arn, payload)
            if not result.ok and function.on_failure is not None and not self._closed.is_set():
                self._send(function, _failure(function, payload, result))
        except Closed:
            return  # the invocation ends with the stack, as a running one does
        finally:
            with self._changed:
                self._ended(function)


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
