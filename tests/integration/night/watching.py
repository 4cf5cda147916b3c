"""Who stands between a sweep and AWS: sees every attempt of every call, and ends the sweep after the one it is told."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.hooks import BaseEventHooks

_SERVICES = {"eventbridge": "events", "resource-groups-tagging-api": "tag"}  # as IAM calls them, and so does the fake
_ASKED, _ATTEMPT = "watch_asked", "watch_attempt"  # in a call's context


class Killed(BaseException):
    """The process is gone: nothing of ours may catch it."""


class Hurried:
    """In place of the module `time`: to sleep is to put the clock forward."""

    def __init__(self) -> None:
        self._slept = 0.0
        self._lock = Lock()

    def monotonic(self) -> float:
        """Seconds."""
        return time.monotonic() + self._slept

    def sleep(self, seconds: float) -> None:
        """Returns at once."""
        with self._lock:
            self._slept += seconds


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One time that a call was sent.

    operation:      as IAM calls it, `sagemaker:ListApps`.
    asked:          the call's parameters.
    sent, answered: places in the one order of all that happened; answered is None while nothing came back.
    code:           AWS's own, "" for a success, None if nothing came back.
    """

    operation: str
    asked: Mapping[str, Any]
    sent: int
    answered: int | None = None
    code: str | None = None


@dataclass(slots=True)
class Watch:
    """Everything since `look`. Once a sweep is killed, none of its threads sends anything.

    instead: HTTP status and JSON by operation, answered without asking AWS.
    """

    attempts: list[Attempt] = field(default_factory=list)
    instead: Mapping[str, tuple[int, Mapping[str, Any]]] = field(default_factory=dict)
    _kill_after: int | None = None
    _kill_at_fault: bool = False
    _upon: dict[str, Callable[[], None]] = field(default_factory=dict)
    _answers: int = 0
    _moments: int = 0
    _is_dead: bool = False
    _lock: Lock = field(default_factory=Lock)

    def attach(self, events: BaseEventHooks) -> None:
        """To a session, before its clients are made."""
        events.register("before-parameter-build", self._begin)
        events.register("request-created", self._send)
        events.register("before-send", self._replace)  # type: ignore[arg-type]  # its stubs know no answers
        events.register("response-received", self._receive)

    def look(
        self,
        *,
        kill_after: int | None = None,
        kill_at_fault: bool = False,
        upon: Mapping[str, Callable[[], None]] | None = None,
    ) -> None:
        """Begins anew.

        kill_after:    how many attempts come to their end before the sweep is killed; None if it is not.
        kill_at_fault: whether it is killed after the first attempt that is no success.
        upon:          what happens once an operation was answered for the first time.
        """
        self.attempts, self._upon = [], dict(upon or {})
        self._kill_after, self._kill_at_fault = kill_after, kill_at_fault
        self._answers = self._moments = 0
        self._is_dead = False

    def _begin(self, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context[_ASKED] = dict(params)

    def _send(self, request: AWSRequest, event_name: str, **_: object) -> None:
        context: dict[str, Any] = request.context
        with self._lock:
            if self._is_dead:
                raise Killed
            attempt = Attempt(operation=_operation(event_name), asked=context[_ASKED], sent=self._moment())
            context[_ATTEMPT] = attempt
            self.attempts.append(attempt)

    def _replace(self, event_name: str, request: Any, **_: object) -> AWSResponse | None:
        if _operation(event_name) not in self.instead:
            return None
        status, content = self.instead[_operation(event_name)]
        return AWSResponse(request.url, status, HTTPHeaders(), _Body(json.dumps(content).encode()))

    def _receive(
        self, context: Mapping[str, Any], parsed_response: Mapping[str, Any] | None, event_name: str, **_: object
    ) -> None:
        """Also for an attempt that was on its way when the sweep was killed: AWS has got it."""
        attempt: Attempt = context[_ATTEMPT]
        with self._lock:
            if parsed_response is not None:
                attempt.answered, attempt.code = self._moment(), parsed_response.get("Error", {}).get("Code", "")
            self._answers += 1
            is_fault = self._kill_at_fault and attempt.code != ""
            self._is_dead = self._is_dead or is_fault or self._answers == self._kill_after
            if self._is_dead:
                raise Killed
            happens = self._upon.pop(attempt.operation, None)
        if happens is not None:
            happens()

    def _moment(self) -> int:
        self._moments += 1
        return self._moments


class _Body(io.BytesIO):
    """As urllib3 gives it."""

    def stream(self) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def _operation(event_name: str) -> str:
    _, service, operation = event_name.split(".")
    return f"{_SERVICES.get(service, service)}:{operation}"
