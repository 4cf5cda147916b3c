"""Distributed Map: the right to start children, and how many of them may fail. moto asks for no right, and fails none.

Source: "Tolerated failure threshold for Distributed Map state" and "IAM policies for using Distributed Map states"
(Developer Guide). What a failed child leaves in the map's result is not documented; here it leaves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
    distributed_item_processor_worker as workers,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import JobPool
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramError, ProgramStopped

from local.gate.refused import Refused
from local.patching import patched
from local.states import failures
from local.states.tasks import Require

_EXCEEDED = "States.ExceedToleratedFailureThreshold"


class _NoResult:
    """Stands for the result of a child that failed. A class, because moto copies results deeply."""


def exceeded(failed: int, total: int, count: int, percentage: float) -> bool:
    """Whether more children failed than are tolerated; a limit of 0 beside another one is a limit not given."""
    too_many = failed > count
    too_large = failed * 100 > percentage * total
    if count and not percentage:
        return too_many
    if percentage and not count:
        return too_large
    return too_many or too_large


@contextmanager
def distributed(require: Require, failed: Callable[[str, str], None]) -> Iterator[None]:
    """While open, maps need their rights and end with too many failures; `failed(execution ARN, why)` hears of each."""
    original_run = DistributedIterationComponent._map_run  # noqa: SLF001 - moto has no public name for it
    original_job = workers.DistributedItemProcessorWorker._eval_job  # noqa: SLF001 - as above
    original_closed = JobPool.get_closed_jobs

    def map_run(component: DistributedIterationComponent, env: Any, eval_input: Any) -> None:
        """Once for all children: what they need is the same."""
        context = env.states.context_object.context_object_data
        role = env.aws_execution_details.role_arn
        try:
            require(role, "states:StartExecution", context["StateMachine"]["Id"])
            require(role, "states:DescribeExecution", context["Execution"]["Id"])
        except Refused as error:
            raise failures.of_map(env, "States.Permissions", str(error.message)) from error
        original_run(component, env, eval_input)

    def eval_job(worker: Any, env: Any, job: Any) -> None:
        original_job(worker, env, job)
        state = env.program_state()
        if isinstance(state, ProgramEnded):
            return
        job.job_output = _NoResult
        if isinstance(state, ProgramStopped):
            return
        failed(env.states.context_object.context_object_data["Execution"]["Id"], _why(job.job_index, state))
        record, pool = worker._map_run_record, worker._job_pool  # noqa: SLF001 - as above
        items = record.item_counter
        among = (items.failed.get() + items.timed_out.get(), pool._jobs_number)  # noqa: SLF001 - as above
        if exceeded(*among, record.tolerated_failure_count, record.tolerated_failure_percentage):
            cause = f"The specified tolerated failure threshold was exceeded: {among[0]} of {among[1]} failed"
            job.job_output = failures.of_map(env, _EXCEEDED, cause)

    def get_closed_jobs(pool: JobPool) -> list[Any]:
        return [job for job in original_closed(pool) if job.job_output is not _NoResult]

    with (
        patched(DistributedIterationComponent, {"_map_run": map_run}),
        patched(workers.DistributedItemProcessorWorker, {"_eval_job": eval_job}),
        patched(JobPool, {"get_closed_jobs": get_closed_jobs}),
    ):
        yield


def _why(index: int, state: object) -> str:
    details = state.error if isinstance(state, ProgramError) and state.error else {}
    return f"child {index}: {details.get('error', 'its input could not be selected')}: {details.get('cause', '')}"
