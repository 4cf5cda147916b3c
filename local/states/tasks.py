"""A task that invokes a function: as the state machine's role, and with what comes of it in AWS's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_lambda import (
    StateTaskServiceLambda,
)

from local.gate.refused import Refused
from local.patching import patched
from local.runtime.functions import Functions
from local.runtime.worker import Result
from local.states import failures

Require = Callable[[str, str, str], None]  # role, action, resource; raises Refused


@contextmanager
def invoking(functions: Callable[[], Functions], require: Require) -> Iterator[None]:
    """While open, tasks invoke `functions`, if the role may."""

    def eval_service_task(
        _task: StateTaskServiceLambda,
        env: Any,
        resource_runtime_part: object,  # noqa: ARG001 - moto's signature
        normalised_parameters: Mapping[str, Any],
        state_credentials: Any,
    ) -> None:
        named = str(normalised_parameters["FunctionName"])
        arn = functions().arn_of(named)
        try:
            require(state_credentials.role_arn, "lambda:InvokeFunction", arn or named)
        except Refused as error:
            cause = f"{error.message} (Service: AWSLambda; Status Code: 403; Error Code: {error.code})"
            raise failures.of_task(env, "Lambda.AWSLambdaException", cause) from error
        if arn is None:
            raise failures.of_task(env, "Lambda.ResourceNotFoundException", f"Function not found: {named}")
        result = functions().invoke(arn, json.loads(normalised_parameters.get("Payload", b"{}")))
        if not result.ok:
            raise failures.of_task(env, error_of(result), result.body.decode())
        env.stack.append({"ExecutedVersion": "$LATEST", "Payload": json.loads(result.body), "StatusCode": 200})

    with patched(StateTaskServiceLambda, {"_eval_service_task": eval_service_task}):
        yield


def error_of(result: Result) -> str:
    """The error's name: the type of what the function raised, or how AWS calls its end ("Handle Lambda exceptions")."""
    error = str(json.loads(result.body).get("errorType", "Sandbox.Timedout"))
    return "Lambda.Unknown" if error == "Runtime.ExitError" else error
