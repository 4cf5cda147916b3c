"""A run over targets: failures are caught, the busy tried again, the long go on, and the summary knows of all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local.clock import Clock
from local.gate.coverage import unneeded
from local.gate.roles import role_of
from local.stack import LocalStack
from tests.unit.local_stepfunctions.conftest import TEMPLATE, Runner


def sweeps(stack: LocalStack, target: str) -> int:
    return len([line for line in stack.logs("Sweep") if line.startswith(f"sweep {target} ")])


def test_a_target_that_always_fails_does_not_keep_the_others_from_being_swept(runner: Runner) -> None:
    run = runner.run("Night", targets=["one", "broken", "two"])
    assert (run.status, run.error) == ("SUCCEEDED", "")
    assert run.output["swept"] == {"one": 1, "two": 1}
    assert run.output["failed"] == {"broken": "SweepFailed"}
    assert run.states == ("Targets", "EachTarget", "Summary")
    assert run.failed_children == ()  # the child caught it


def test_a_busy_target_is_swept_at_the_second_try(runner: Runner) -> None:
    run = runner.run("Night", targets=["busy-once"])
    assert run.output["swept"] == {"busy-once": 1}
    assert sweeps(runner.stack, "busy-once") == 2


def test_a_target_that_is_not_done_is_swept_again_until_it_is(runner: Runner) -> None:
    run = runner.run("Night", targets=["long", "short"])
    assert run.output["swept"] == {"long": 3, "short": 1}


def test_a_killed_and_an_endless_function_fail_under_the_names_that_aws_gives_them(runner: Runner) -> None:
    run = runner.run("Night", targets=["killed", "endless"])
    assert run.output["failed"] == {"killed": "Lambda.Unknown", "endless": "Sandbox.Timedout"}


def test_a_night_without_targets_is_summed_up_too(runner: Runner) -> None:
    assert runner.run("Night", targets=[]).output == {"swept": {}, "failed": {}, "time": None}


def test_two_executions_run_at_once(stack: LocalStack, runner: Runner) -> None:
    names = [stack.start_execution("Night", {"targets": [f"slow-{number}"]}) for number in range(2)]
    both = {each.name: each.status for each in stack.executions if each.name in names}
    assert both == dict.fromkeys(names, "RUNNING")
    outputs = [runner.ended(name).output["swept"] for name in names]
    assert outputs == [{"slow-0": 1}, {"slow-1": 1}]


def test_the_schedule_starts_it_with_its_time_and_its_own_role(runner: Runner) -> None:
    runner.stack.run_schedule("Nightly")
    runner.stack.settle(timeout=30)
    run = runner.stack.executions[-1]
    assert (run.machine, run.status, run.output["swept"]) == ("Night", "SUCCEEDED", {"a": 1})
    assert abs(datetime.fromisoformat(run.output["time"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert runner.asked("NightNightly") == {("states:StartExecution", runner.arn("Night"))}


def test_the_role_of_the_machine_needs_all_that_it_has(runner: Runner) -> None:
    runner.run("Night", targets=["one"])
    functions = {("lambda:InvokeFunction", runner.function(name)) for name in ("Targets", "Sweep", "Summary")}
    assert {each for each in runner.asked("Night") if each[0] == "lambda:InvokeFunction"} == functions
    assert ("states:StartExecution", runner.arn("Night")) in runner.asked("Night")
    machine = next(iter(each for each in runner.stack._deployment.machines.values() if each.logical_id == "Night"))
    role = role_of(machine.role)
    assert role is not None
    left = unneeded({str(role.name): runner.stack.gate.policies(role)}, runner.stack.calls)
    assert [each.action for each in left if not each.action.startswith("xray:")] == []


def test_a_schedule_comes_due_on_the_stacks_clock() -> None:
    clock = Clock()
    with LocalStack(TEMPLATE, clock=clock) as stack:
        stack.advance(timedelta(days=1))
        stack.settle(timeout=30)
        assert [(each.machine, each.status) for each in stack.executions] == [("Night", "SUCCEEDED")]


def test_an_unknown_machine_is_named_with_those_that_there_are(stack: LocalStack) -> None:
    with pytest.raises(LookupError, match=r"no state machine Nothing; it has .*Night"):
        stack.start_execution("Nothing", {})
