"""Whether anything still moves in a stack."""

from __future__ import annotations

import time
from collections.abc import Sequence

from local.events.queues import Poller
from local.runtime.functions import Functions
from local.states.executions import Executions

_LOOK_AGAIN_SECONDS = 0.03
_REST_PER_LOOK = 4  # counting long queues is work, and must not hold up those who empty them
_LOOKS = 3  # one is enough for functions and queues; Studio's own short transitions, which nobody counts, need time too


def settled(functions: Functions, pollers: Sequence[Poller], executions: Executions, timeout: float) -> None:
    """Returns once no function and no execution runs and every polled queue is empty, hidden messages included.

    Raises TimeoutError that names what still moves after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    still = 0
    while still < _LOOKS:
        began = time.monotonic()
        moving = _moving(functions, pollers, executions)
        looking = time.monotonic() - began
        still = 0 if moving else still + 1
        if moving and time.monotonic() > deadline:
            raise TimeoutError(f"still moving after {timeout} s: {', '.join(moving)}")
        time.sleep(max(_LOOK_AGAIN_SECONDS, _REST_PER_LOOK * looking))


def _moving(functions: Functions, pollers: Sequence[Poller], executions: Executions) -> list[str]:
    """The parts are looked at one after the other, so what began in the meantime is counted too:

    a message that left a queue already looked at, for a function that was idle then, is an invocation that began.
    """
    begun = functions.begun
    moving = [f"function {name}" for name in functions.running]
    moving += [text for poller in pollers if (text := poller.moving)]
    moving += executions.running
    if not moving and functions.begun != begun:
        moving.append("a function that began just now")
    return moving
