"""What failures are called, and which names of Retry and Catch mean them.

Source: "Handling errors in Step Functions workflows" (Developer Guide).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType

from local.patching import patched

_NEVER_BY_ALL = frozenset({"States.Runtime", "States.DataLimitExceeded"})
_MAP = (HistoryEventType.MapRunFailed, "mapRunFailedEventDetails")
_TASK = (HistoryEventType.TaskFailed, "taskFailedEventDetails")


def matches(names: Collection[str], error: str) -> bool:
    """Whether an ErrorEquals with these names is about the error."""
    if error in names:
        return True
    if "States.ALL" in names:
        return error not in _NEVER_BY_ALL
    return "States.TaskFailed" in names and error not in {"States.Timeout", *_NEVER_BY_ALL}


def of_task(env: Any, error: str, cause: str) -> FailureEventException:
    """What moto understands as the failure of the task that runs in `env`."""
    return _failure(env, error, {"error": error, "cause": cause, "resource": "invoke", "resourceType": "lambda"}, _TASK)


def of_map(env: Any, error: str, cause: str) -> FailureEventException:
    """The same for a Distributed Map."""
    return _failure(env, error, {"error": error, "cause": cause}, _MAP)


def _failure(
    env: Any, error: str, details: dict[str, str], kind: tuple[HistoryEventType, str]
) -> FailureEventException:
    if error.startswith("States."):
        name: Any = StatesErrorName(typ=StatesErrorNameType.from_name(error))
    else:
        name = CustomErrorName(error)
    event, field = kind
    return FailureEventException(
        FailureEvent(env=env, error_name=name, event_type=event, event_details={field: details})  # type: ignore[arg-type]  # by its name
    )


@contextmanager
def matched() -> Iterator[None]:
    """While open, the names of Retry and Catch mean what AWS says they mean."""

    def error_equals(decl: ErrorEqualsDecl, env: Any) -> None:
        error = env.stack.pop()
        names = [str(each.error_name) for each in decl.error_names]
        env.stack.append(matches(names, getattr(error, "error_name", None) or ""))

    with patched(ErrorEqualsDecl, {"_eval_body": error_equals}):
        yield
