"""The one place that says how long a state machine's waiting takes here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry.jitter_strategy_decl import JitterStrategyDecl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from local.patching import patched

_LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long Wait states and the intervals of Retry last: `scale` times what AWS takes, `most` seconds at most.

    TimeoutSeconds are not shortened: functions take the time that they take. Pauses(scale=1, most=inf) is AWS's time.
    """

    scale: float = 0.01
    most: float = 1.0

    def seconds(self, asked: float) -> float:
        """The seconds here for seconds on AWS."""
        return max(0.0, min(asked * self.scale, self.most))


@contextmanager
def shortened(pauses: Pauses, closing: threading.Event) -> Iterator[None]:
    """While open, waiting takes as long as `pauses` says; it ends early with its execution, and once `closing` is set.

    moto would sleep through both.
    """
    original_jitter = JitterStrategyDecl._eval_body  # noqa: SLF001 - moto has no public name for it

    def rest(env: Any, asked: float) -> None:
        until = time.monotonic() + pauses.seconds(asked)
        while (left := until - time.monotonic()) > 0 and env.is_running():
            if closing.wait(min(left, _LOOK_AGAIN_SECONDS)):
                return

    def wait(function: WaitFunction, env: Any) -> None:
        rest(env, function._get_wait_seconds(env))  # noqa: SLF001 - as above

    def jitter(strategy: JitterStrategyDecl, env: Any) -> None:
        """The last that moto does before it sleeps for the seconds on the stack."""
        original_jitter(strategy, env)
        rest(env, env.stack.pop())
        env.stack.append(0)

    with patched(WaitFunction, {"_eval_body": wait}), patched(JitterStrategyDecl, {"_eval_body": jitter}):
        yield
