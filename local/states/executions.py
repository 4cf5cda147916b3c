"""Every execution of a stack's state machines: which still run, and what came of the others."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.template.deployment import MachineConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution, as it is now.

    machine:         the state machine's logical id.
    status:          RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
    input, output:   as read from JSON; no output is None.
    error, cause:    why it failed; empty otherwise.
    states:          the names of the states entered, in order; without those of a Distributed Map's children.
    failed_children: why children of a Distributed Map failed, tolerated ones too.
    """

    name: str
    machine: str
    status: str
    input: Any
    output: Any
    error: str
    cause: str
    states: tuple[str, ...]
    failed_children: tuple[str, ...]


class Executions:
    """Hears from several threads of moto's executions; `machines` gives what is deployed, by ARN."""

    def __init__(self, machines: Callable[[], Mapping[str, MachineConfig]]) -> None:
        self._machines = machines
        self._begun: dict[str, Any] = {}
        self._ended: set[str] = set()
        self._failed_children: dict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()
        self.closing = threading.Event()

    def began(self, execution: Any) -> None:
        """An execution was started; it may have ended by now."""
        with self._lock:
            self._begun.setdefault(execution.exec_arn, execution)

    def ended(self, execution: Any) -> None:
        """An execution's status is its last."""
        with self._lock:
            self._ended.add(execution.exec_arn)

    def child_failed(self, execution_arn: str, why: str) -> None:
        """A child of a Distributed Map failed."""
        with self._lock:
            self._failed_children[execution_arn].append(why)

    @property
    def running(self) -> tuple[str, ...]:
        """Which executions run, in words."""
        return tuple(f"execution {each.name} of {self._machine(each)}" for each in self._still())

    @property
    def all(self) -> tuple[Execution, ...]:
        """Every execution, in the order of their beginning."""
        with self._lock:
            begun = list(self._begun.values())
        return tuple(self._seen(each) for each in begun)

    def stop(self) -> None:
        """Lets no execution go on to another state, and ends what waits."""
        self.closing.set()
        for execution in self._still():
            if execution.exec_worker.env is not None:
                execution.stop(datetime.now(UTC), error=None, cause="the stack is being closed")

    def _still(self) -> list[Any]:
        with self._lock:
            return [each for arn, each in self._begun.items() if arn not in self._ended]

    def _machine(self, execution: Any) -> str:
        known = self._machines().get(execution.state_machine_arn)
        return known.logical_id if known else str(execution.state_machine_arn)

    def _seen(self, execution: Any) -> Execution:
        env = execution.exec_worker.env
        history = env.event_manager.get_event_history() if env is not None else []
        entered = [each["stateEnteredEventDetails"] for each in history if "stateEnteredEventDetails" in each]
        with self._lock:
            ended = execution.exec_arn in self._ended  # before, its status and its output may not fit together
            children = tuple(self._failed_children[execution.exec_arn])
        return Execution(
            name=execution.name,
            machine=self._machine(execution),
            status=execution.status if ended else "RUNNING",
            input=json.loads(execution.execution_input),
            output=execution.output if ended else None,
            error=execution.error or "" if ended else "",
            cause=execution.cause or "" if ended else "",
            states=tuple(str(each["name"]) for each in entered),
            failed_children=children,
        )
