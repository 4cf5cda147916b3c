"""Definitions are filled in as CloudFormation does, and what would not run as on AWS is refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.gate.refused import Refused
from local.runtime.worker import Result
from local.stack import LocalStack
from local.states.definition import WrongDefinition, parse, states
from local.states.failures import matches
from local.states.maps import exceeded
from local.states.tasks import error_of
from local.template.deployment import UnsupportedResource
from local.template.translate import translate
from tests.unit.local_stepfunctions.conftest import TEMPLATE

INVOKE = "arn:aws:states:::lambda:invoke"
MAP = {"Type": "Map", "End": True}
TASK = {"Type": "Task", "Resource": INVOKE, "End": True}
INLINE: dict[str, Any] = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
DISTRIBUTED = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **INLINE}


def parsed(state: dict[str, Any], **substitutions: Any) -> dict[str, Any]:
    text = json.dumps({"StartAt": "It", "States": {"It": state}})
    found: dict[str, Any] = parse(text, substitutions, "night.asl.json")["States"]["It"]
    return found


def test_placeholders_become_text_wherever_they_stand() -> None:
    text = (
        '{"StartAt": "A", "Comment": "${A}-${B}", "TimeoutSeconds": ${Seconds}, "States": {"A": {}}, "Debug": ${Flag}}'
    )
    found = parse(text, {"A": "one", "B": 2, "Seconds": 30, "Flag": True, "Unused": "x"}, "night.asl.json")
    assert found == {"StartAt": "A", "Comment": "one-2", "TimeoutSeconds": 30, "States": {"A": {}}, "Debug": True}


def test_an_unknown_placeholder_is_named_with_its_file() -> None:
    with pytest.raises(WrongDefinition, match=r"night.asl.json: \$\{Nobody\} is not in DefinitionSubstitutions"):
        parsed({"Type": "Pass", "Result": "${Nobody}"})


@pytest.mark.parametrize("text", ['{"StartAt": ', "- a list", "a: [", ""])
def test_what_is_no_definition_is_an_error_that_names_the_file(text: str) -> None:
    with pytest.raises(WrongDefinition, match=r"^night.asl.json: "):
        parse(text, {}, "night.asl.json")


def test_yaml_is_read_too() -> None:
    assert parse("StartAt: A\nStates: {A: {Type: ${Type}}}", {"Type": "Succeed"}, "x")["States"] == {
        "A": {"Type": "Succeed"}
    }


def test_states_inside_of_maps_and_branches_are_found() -> None:
    parallel = {"Type": "Parallel", "Branches": [INLINE, {"States": {"M": {**MAP, "ItemProcessor": INLINE}}}]}
    assert [name for name, _ in states({"States": {"All": parallel}})] == ["All", "P", "M", "P"]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"Type": "Pass", "QueryLanguage": "JSONata"}, "It: the local stack reads JSONPath, not JSONata"),
        ({"Type": "Task", "Resource": "arn:aws:states:::sns:publish"}, "not arn:aws:states:::sns:publish"),
        ({"Type": "Task", "Resource": f"{INVOKE}.waitForTaskToken"}, "not .*waitForTaskToken"),
        ({"Type": "Task"}, "not None"),
        ({"Type": "Task", "Resource": INVOKE, "Credentials": {}}, "does not do Credentials"),
        ({**MAP, "ItemProcessor": DISTRIBUTED, "ItemReader": {}}, "does not do ItemReader"),
        ({**MAP, "ItemProcessor": {**DISTRIBUTED, "Comment": "$$.Execution.Name"}}, r"no child has a \$\$.Execution"),
        ({"Type": "Pass", "Next": "Gone"}, "night.asl.json: It leads to Gone, and there is no such state"),
        ({"Type": "Choice", "Choices": [], "Default": "Gone"}, "It leads to Gone"),
        ({**TASK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Gone"}]}, "It leads to Gone"),
        ({**MAP, "ItemProcessor": {**INLINE, "StartAt": "It"}}, "night.asl.json: It: StartAt leads to It"),
        ({**MAP, "ItemProcessor": INLINE, "ToleratedFailurePercentage": 5}, "for a Map in DISTRIBUTED mode only"),
        (
            {
                **MAP,
                "ItemProcessor": {**INLINE, "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}},
            },
            "children of ExecutionType STANDARD",
        ),
    ],
)
def test_what_would_not_run_as_on_aws_is_refused(state: dict[str, Any], message: str) -> None:
    with pytest.raises(WrongDefinition, match=message):
        parsed(state)


def test_a_whole_percentage_is_accepted() -> None:
    found = parsed({**MAP, "ItemProcessor": DISTRIBUTED, "ToleratedFailurePercentage": 50})
    assert json.dumps(found["ToleratedFailurePercentage"]) == "50.0"


def test_a_definition_that_is_not_there_is_named(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    machine = "{Type: 'AWS::Serverless::StateMachine', Properties: {DefinitionUri: gone.json}}"
    template.write_text(f"Resources: {{Night: {machine}}}")
    with pytest.raises(FileNotFoundError, match=r"Night: DefinitionUri names .*gone.json, which is no file"):
        translate(template, {}, "bucket")


@pytest.mark.parametrize(
    ("former", "latter", "message"),
    [
        ("Type: STANDARD", "Type: EXPRESS", "Night: the local stack runs state machines of type STANDARD"),
        ("TargetsArn: !GetAtt", "Targets: !GetAtt", r"Night: .*night.asl.json: \$\{TargetsArn\} is not in"),
        ("Type: STANDARD", "AutoPublishAlias: live", "cannot create AWS::StepFunctions::StateMachine(Version|Alias)"),
        ("Rest: {Type: Wait", "Rest: {Type: Wait, Colour: red", "Waiter: .*Colour"),
    ],
)
def test_a_stack_does_not_start_with_what_it_does_not_know(
    tmp_path: Path, former: str, latter: str, message: str
) -> None:
    with pytest.raises(UnsupportedResource, match=message):
        LocalStack(edited(tmp_path, former, latter)).start()


def test_a_stack_does_not_start_if_logs_may_not_be_delivered(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="logs:PutResourcePolicy"):
        LocalStack(edited(tmp_path, "                - logs:PutResourcePolicy\n", "")).start()


def edited(folder: Path, former: str, latter: str) -> Path:
    """The application's template with one thing else, beside links to its files."""
    for name in ("functions", "statemachines"):
        (folder / name).symlink_to(TEMPLATE.parent / name)
    text = TEMPLATE.read_text()
    assert text.count(former) == 1
    (folder / "template.yaml").write_text(text.replace(former, latter))
    return folder / "template.yaml"


@pytest.mark.parametrize(
    ("names", "error", "expected"),
    [
        (["SweepFailed"], "SweepFailed", True),
        (["SweepFailed"], "Busy", False),
        (["States.TaskFailed"], "Lambda.Unknown", True),
        (["States.TaskFailed"], "States.Permissions", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.Timeout"], "States.Timeout", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.TaskFailed"], "States.Runtime", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
    ],
)
def test_names_of_errors_mean_what_aws_says(names: list[str], error: str, expected: bool) -> None:
    assert matches(names, error) is expected


@pytest.mark.parametrize(
    ("failed", "count", "percentage", "expected"),
    [
        (1, 0, 0, True),
        (1, 1, 0, False),
        (2, 1, 0, True),
        (3, 0, 30, False),
        (4, 0, 30, True),
        (2, 1, 30, True),
        (4, 5, 30, True),
        (10, 0, 100, False),
    ],
)
def test_a_map_fails_if_either_limit_is_exceeded(failed: int, count: int, percentage: float, expected: bool) -> None:
    assert exceeded(failed, 10, count, percentage) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"errorType": "SweepFailed", "errorMessage": "x"}', "SweepFailed"),
        (b'{"errorType": "Runtime.ExitError"}', "Lambda.Unknown"),
        (b'{"errorMessage": "x Task timed out after 3.00 seconds"}', "Sandbox.Timedout"),
    ],
)
def test_a_functions_end_has_a_name(body: bytes, expected: str) -> None:
    assert error_of(Result(ok=False, body=body)) == expected
