"""Puts Step Functions as it is on AWS into moto's interpreter, and takes it out again."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.parser.utils import TMP_THREADS

from local.patching import patched
from local.runtime.functions import Functions
from local.states import failures
from local.states.executions import Executions
from local.states.maps import distributed
from local.states.pauses import Pauses, shortened
from local.states.tasks import Require, invoking


@contextmanager
def installed(
    executions: Executions, functions: Callable[[], Functions], require: Require, pauses: Pauses
) -> Iterator[None]:
    """While open, executions run, and are told to `executions`; in the end, they are stopped, and their threads too.

    functions: what tasks invoke, once it is there.
    require:   what a state machine's role must be allowed: role, action, resource; raises Refused.
    """
    with ExitStack() as patches:
        for patch in (
            _switched_on(),
            _quiet(),
            _heard(executions),
            failures.matched(),
            invoking(functions, require),
            distributed(require, executions.child_failed),
            shortened(pauses, executions.closing),
        ):
            patches.enter_context(patch)
        patches.callback(_ended_threads)
        patches.callback(executions.stop)
        yield


@contextmanager
def _switched_on() -> Iterator[None]:
    """moto would only pretend otherwise."""
    config = default_user_config["stepfunctions"]
    before = config["execute_state_machine"]
    config["execute_state_machine"] = True
    try:
        yield
    finally:
        config["execute_state_machine"] = before


@contextmanager
def _quiet() -> Iterator[None]:
    """moto prints every failure, with what the states were given; it can be read from the execution."""
    logger = logging.getLogger("moto.stepfunctions.parser")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _heard(executions: Executions) -> Iterator[None]:
    """Executions without a name get one, their beginning and end are told, and what was stopped is not failed too."""
    original_start = StepFunctionsParserBackend.start_execution
    original_terminated = BaseExecutionWorkerCommunication.terminated
    original_error = Environment.set_error

    def start_execution(
        backend: StepFunctionsParserBackend, arn: str, name: str | None = None, given: str = "{}", *rest: Any
    ) -> Any:
        execution = original_start(backend, arn, name or str(uuid.uuid4()), given, *rest)
        executions.began(execution)
        return execution

    def terminated(communication: BaseExecutionWorkerCommunication) -> None:
        original_terminated(communication)
        executions.ended(communication.execution)

    def set_error(env: Environment, error: Any) -> None:
        if not isinstance(env._program_state, ProgramStopped):  # noqa: SLF001 - moto only gives copies of it
            original_error(env, error)

    with (
        patched(StepFunctionsParserBackend, {"start_execution": start_execution}),
        patched(BaseExecutionWorkerCommunication, {"terminated": terminated}),
        patched(Environment, {"set_error": set_error}),
    ):
        yield


def _ended_threads() -> None:
    """Waits for every thread that moto started; it keeps them all, and waits for none."""
    threads: list[threading.Thread] = TMP_THREADS
    while left := [each for each in threads if each.ident is None or each.is_alive()]:
        for thread in left:
            if thread.ident is not None:  # the next moment it is started
                thread.join()
    threads.clear()
