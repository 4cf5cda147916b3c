"""One running application with state machines, and machines of a test's own beside it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.stack import LocalStack
from local.states.executions import Execution

TEMPLATE = Path(__file__).parents[2] / "fixtures" / "state_machine_app" / "template.yaml"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack(TEMPLATE) as running:
        yield running


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs the application's machines, or one of a test's own, to their end."""

    stack: LocalStack

    def run(self, machine: str, **given: Any) -> Execution:
        return self.ended(self.stack.start_execution(machine, given))

    def run_states(self, states: Mapping[str, Any], **given: Any) -> Execution:
        """States that begin with the first of them, as the role of the machine `Night`."""
        client = self.stack.session().client("stepfunctions")
        role = client.describe_state_machine(stateMachineArn=self.arn("Night"))["roleArn"]
        definition = json.dumps({"StartAt": next(iter(states)), "States": states})
        name = str(uuid.uuid4())
        arn = client.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
        client.start_execution(stateMachineArn=arn, name=name, input=json.dumps(given))
        return self.ended(name)

    def ended(self, name: str) -> Execution:
        self.stack.settle(timeout=30)
        return next(each for each in self.stack.executions if each.name == name)

    def arn(self, logical_id: str) -> str:
        return next(arn for arn, each in self.stack._deployment.machines.items() if each.logical_id == logical_id)

    def function(self, logical_id: str) -> str:
        return next(each.arn for each in self.stack._deployment.functions.values() if each.logical_id == logical_id)

    def asked(self, role: str) -> set[tuple[str, str]]:
        """Which actions a role was allowed, and on what."""
        return {(call.action, call.resource) for call in self.stack.calls if call.who == role and call.decision.allowed}


@pytest.fixture(scope="module")
def runner(stack: LocalStack) -> Runner:
    return Runner(stack=stack)
