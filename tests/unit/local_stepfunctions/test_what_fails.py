"""Denied, intolerable, out of time or out of words: a failed execution says why."""

from __future__ import annotations

from typing import Any

import pytest

from local.stack import LocalStack
from tests.unit.local_stepfunctions.conftest import Runner

PASS_ON = {"StartAt": "On", "States": {"On": {"Type": "Pass", "End": True}}}


def sweep(runner: Runner, **more: Any) -> dict[str, Any]:
    """A task that sweeps the target of its input."""
    parameters = {"FunctionName": runner.function("Sweep"), "Payload": {"target.$": "$.target"}}
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": parameters,
        "OutputPath": "$.Payload",
        "End": True,
        **more,
    }


def test_a_function_that_the_role_may_not_invoke_fails_the_execution(runner: Runner) -> None:
    run = runner.run("Denied", ask="function")
    assert (run.status, run.error, run.output) == ("FAILED", "Lambda.AWSLambdaException", None)
    assert "is not authorized to perform: lambda:InvokeFunction on resource: " in run.cause
    assert runner.function("Stranger") in run.cause
    assert run.states == ("Which", "Stranger")
    assert runner.stack.logs("Stranger") == []


def test_a_distributed_map_needs_the_right_to_start_its_own_machine(runner: Runner) -> None:
    run = runner.run("Denied", ask="children", targets=[1])
    assert (run.status, run.error) == ("FAILED", "States.Permissions")
    assert f"states:StartExecution on resource: {runner.arn('Denied')}" in run.cause


def test_a_function_that_does_not_exist_is_denied_or_not_found(runner: Runner) -> None:
    task = sweep(runner)
    task["Parameters"]["FunctionName"] = "arn:aws:lambda:eu-west-1:123456789012:function:nobody"
    assert runner.run_states({"Sweep": task}, target="a").error == "Lambda.AWSLambdaException"


def test_as_many_children_may_fail_as_are_tolerated(runner: Runner) -> None:
    run = runner.run("Tolerant", targets=["a", "broken", "c"], tolerated=34, concurrency=2)
    assert run.status == "SUCCEEDED"
    assert [each["target"] for each in run.output] == ["a", "c"]
    (why,) = run.failed_children
    assert why.startswith("child 1: SweepFailed: ")


def test_one_more_than_are_tolerated_fails_the_map(runner: Runner) -> None:
    run = runner.run("Tolerant", targets=["a", "broken", "c"], tolerated=33, concurrency=1)
    assert (run.status, run.error, run.cause) == ("FAILED", "TooMany", "too many targets failed")
    assert run.states == ("EachTarget", "TooMany")


def test_children_of_an_inline_map_fail_it_with_their_own_error(runner: Runner) -> None:
    states = {"StartAt": "Sweep", "States": {"Sweep": sweep(runner)}}
    each = {"Type": "Map", "ItemsPath": "$.targets", "ItemProcessor": states, "MaxConcurrency": 1, "End": True}
    fine = runner.run_states({"Each": each}, targets=[{"target": "a"}, {"target": "b"}])
    assert [child["target"] for child in fine.output] == ["a", "b"]
    failed = runner.run_states({"Each": each}, targets=[{"target": "a"}, {"target": "broken"}])
    assert (failed.status, failed.error) == ("FAILED", "SweepFailed")


def test_a_task_that_takes_longer_than_it_may_is_out_of_time(runner: Runner) -> None:
    caught = [
        {"ErrorEquals": ["States.TaskFailed"], "Next": "Other"},
        {"ErrorEquals": ["States.Timeout"], "Next": "Out"},
    ]
    out = {"Type": "Pass", "Parameters": {"error.$": "$.Error"}, "End": True}
    states = {
        "Sweep": sweep(runner, TimeoutSeconds=1, Catch=caught),
        "Other": {"Type": "Fail"},
        "Out": out,
    }
    states["Sweep"]["Parameters"]["FunctionName"] = runner.function("Targets")
    states["Sweep"]["Parameters"]["Payload"] = {"targets": [], "seconds": 2}
    assert runner.run_states(states, target="a").output == {"error": "States.Timeout"}


def test_tries_come_to_an_end(runner: Runner) -> None:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 2, "BackoffRate": 10}]
    run = runner.run_states({"Sweep": sweep(runner, Retry=retry)}, target="broken-thrice")
    assert run.error == "SweepFailed"
    assert len([line for line in runner.stack.logs("Sweep") if line == "sweep broken-thrice 1"]) == 3


def test_a_path_into_nothing_is_not_caught_by_all(runner: Runner) -> None:
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
    states = {"Sweep": sweep(runner, Catch=caught), "Caught": {"Type": "Succeed"}}
    run = runner.run_states(states, nothing="here")
    assert (run.status, run.error) == ("FAILED", "States.Runtime")
    assert "$.target" in run.cause


def test_an_execution_that_is_stopped_is_not_failed(stack: LocalStack, runner: Runner) -> None:
    name = stack.start_execution("Waiter", {"seconds": 100_000})
    arn = f"{runner.arn('Waiter').replace(':stateMachine:', ':execution:')}:{name}"
    stack.session().client("stepfunctions").stop_execution(executionArn=arn)
    assert runner.ended(name).status == "ABORTED"


def test_a_function_starts_an_execution_if_its_role_may(stack: LocalStack, runner: Runner) -> None:
    started = stack.invoke("Starter", {"machine": runner.arn("Waiter")})["arn"]
    assert runner.ended(started.rpartition(":")[2]).status == "SUCCEEDED"
    with pytest.raises(RuntimeError, match="AccessDeniedException"):
        stack.invoke("Starter", {"machine": runner.arn("Night")})
    again = stack.invoke("Starter", {"machine": runner.arn("Waiter")})["arn"]
    assert again != started  # an execution without a name gets one
