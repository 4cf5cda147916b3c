"""The pacers in botocore's clients, through its events: adapters and paginators stay as they are.

botocore emits `request-created` before each attempt is signed, in the caller's thread. The wait is there and not at
`before-send`: a signature does not age in the queue, and what is raised there reaches the caller as it is. It emits
`needs-retry` after each attempt; the first answer that is not None decides, so handlers that come first replace the
client's own retries, of the modes legacy and standard. The mode adaptive also sleeps before sending.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.exceptions import ConnectionError as NotConnected
from botocore.exceptions import HTTPClientError
from botocore.model import OperationModel

from concierge.errors import OutOfTime
from concierge.pace import Pacers

ATTEMPTS = 4  # of a call that AWS fails to answer, or answers with a fault of its own
REFUSALS = 30  # of a call for its rate, where no deadline ends it

# Not LimitExceededException: with the services that are paced here it is a quota, and no waiting helps.
_REFUSED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
    }
)
_BACKOFF, _LONGEST = 0.5, 8.0  # seconds
_SENT, _FAULTS, _REFUSALS = "concierge_sent", "concierge_faults", "concierge_refusals"  # in a call's context


def paced(
    client: BaseClient,
    pacers: Pacers,
    *,
    until: Callable[[], float | None],
    jitter: Callable[[], float] = random.random,
) -> None:
    """From now on each attempt of the client waits for its operation's turn; do so once for a client.

    `until` gives the run's deadline on the pacers' clock, None for none: a call whose turn comes later raises
    OutOfTime. A call that is refused for its rate is sent again until then. Lost connections, timeouts and faults of
    AWS are tried four times in all; that includes writes whose answer was lost, so the client's writes must be safe
    to repeat. `jitter` gives numbers from 0 to 1.
    """
    retries = getattr(client.meta.config, "retries", None) or {}
    if retries.get("mode") == "adaptive":
        raise ValueError("a paced client cannot use botocore's adaptive retries: they pace as well")
    service = client.meta.service_model
    turns = _Turns(service=service.signing_name, pacers=pacers, until=until, jitter=jitter)
    name = service.service_id.hyphenize()
    client.meta.events.register_first(f"request-created.{name}", turns.wait)
    client.meta.events.register_first(f"needs-retry.{name}", turns.judge)  # type: ignore[arg-type]  # its stubs know no answers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turns:
    """botocore's handlers; safe in several threads, because what belongs to a call is in the call's context."""

    service: str
    pacers: Pacers
    until: Callable[[], float | None]
    jitter: Callable[[], float]

    def wait(self, request: AWSRequest, operation_name: str, **_: object) -> None:
        """Before each attempt."""
        if not self.pacers.of(operation_name).acquire(self.until()):
            message = "the time was up before the call's turn came"
            raise OutOfTime(f"{self.service}:{operation_name}", "OutOfTime", message)
        request.context[_SENT] = self.pacers.clock()

    def judge(
        self,
        response: tuple[Any, dict[str, Any]] | None,
        operation: OperationModel,
        caught_exception: Exception | None,
        request_dict: dict[str, Any],
        **_: object,
    ) -> float | bool:
        """After each attempt: the seconds until the next one, or False for none."""
        context: dict[str, Any] = request_dict["context"]
        if response is None:
            is_passing = isinstance(caught_exception, (NotConnected, HTTPClientError))
            return is_passing and self._after_a_fault(context)
        http, parsed = response
        pacer = self.pacers.of(operation.name)
        code = parsed.get("Error", {}).get("Code")
        if code in _REFUSED or http.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            pacer.throttled(context[_SENT])
            return self._after_a_refusal(context)
        if http.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return self._after_a_fault(context)
        pacer.succeeded(context[_SENT])
        return False

    def _after_a_refusal(self, context: dict[str, Any]) -> float | bool:
        refusals = context[_REFUSALS] = context.get(_REFUSALS, 0) + 1
        return False if self.until() is None and refusals >= REFUSALS else 0.0  # the wait for the turn is the delay

    def _after_a_fault(self, context: dict[str, Any]) -> float | bool:
        faults: int = context.get(_FAULTS, 0) + 1
        context[_FAULTS] = faults
        delay = self.jitter() * min(_LONGEST, _BACKOFF * 2**faults)
        until = self.until()
        is_last = faults >= ATTEMPTS or self.pacers.clock() + delay > (math.inf if until is None else until)
        return False if is_last else delay
