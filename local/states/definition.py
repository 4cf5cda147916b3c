"""A state machine's definition: placeholders filled in, and refused where the local stack would do other than AWS.

Source: "Amazon States Language" (Step Functions Developer Guide); placeholders: `DefinitionSubstitutions` of
AWS::StepFunctions::StateMachine (CloudFormation).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from samtranslator.yaml_helper import yaml_parse
from yaml import YAMLError

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_INVOKE = re.compile(r"arn:[^:]+:states:::lambda:invoke")
_TOLERATED = "ToleratedFailurePercentage"
_OF_DISTRIBUTED_MAPS = frozenset(
    {"Label", "ToleratedFailureCount", "ToleratedFailureCountPath", _TOLERATED, f"{_TOLERATED}Path"}
)
# Fields of states that moto would do in part, or with calls that leave this machine.
_NOT_IMITATED = frozenset({"Credentials", "ItemBatcher", "ItemReader", "Iterator", "ResultWriter"})
_CONTAINERS = ("ItemProcessor", "Iterator")


class WrongDefinition(ValueError):
    """A definition with an unknown placeholder, or with something that the local stack does not do."""


def parse(text: str, substitutions: Mapping[str, Any], source: str) -> dict[str, Any]:
    """The definition, JSON or YAML, with `${Name}` replaced by the text of its substitution.

    CloudFormation would leave an unknown placeholder where it is; that is never meant, so here it is an error.
    Raises WrongDefinition that names `source`.
    """

    def one(found: re.Match[str]) -> str:
        if found[1] not in substitutions:
            raise WrongDefinition(f"{source}: {found[0]} is not in DefinitionSubstitutions")
        return _text(substitutions[found[1]])

    filled = _PLACEHOLDER.sub(one, text)
    try:
        definition = json.loads(filled) if filled.lstrip().startswith("{") else yaml_parse(filled)
    except (json.JSONDecodeError, YAMLError) as error:
        raise WrongDefinition(f"{source}: {error}") from error
    if not isinstance(definition, dict):
        raise WrongDefinition(f"{source}: a definition is an object with StartAt and States")
    _require_json_path(definition, source)
    _require_ways(definition, source)
    for name, state in states(definition):
        _require_imitated(state, f"{source}: {name}")
        if isinstance(state.get(_TOLERATED), int):
            state[_TOLERATED] = float(state[_TOLERATED])  # moto's grammar knows no whole number here
    return definition


def states(definition: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state by its name, those inside of maps and of parallel branches too."""
    for name, state in definition.get("States", {}).items():
        yield name, state
        for inner in _within(state):
            yield from states(inner)


def _within(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The machines inside of a state."""
    return [*state.get("Branches", ()), *(state[each] for each in _CONTAINERS if each in state)]


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _require_json_path(holder: Mapping[str, Any], where: str) -> None:
    if holder.get("QueryLanguage", "JSONPath") != "JSONPath":
        raise WrongDefinition(f"{where}: the local stack reads JSONPath, not {holder['QueryLanguage']}")


def _require_imitated(state: Mapping[str, Any], where: str) -> None:
    _require_json_path(state, where)
    if found := sorted(_NOT_IMITATED & set(state)):
        raise WrongDefinition(f"{where}: the local stack does not do {', '.join(found)}")
    resource = str(state.get("Resource"))
    if state.get("Type") == "Task" and not _INVOKE.fullmatch(resource):
        raise WrongDefinition(f"{where}: the local stack runs tasks of states:::lambda:invoke, not {resource}")
    if state.get("Type") == "Map":
        _require_map(state, where)


def _require_ways(holder: Mapping[str, Any], where: str) -> None:
    """AWS refuses a way to a state that is not beside the one that it starts from; moto would fail on it."""
    beside = holder.get("States", {})
    ways = [("StartAt", holder.get("StartAt"))]
    for name, state in beside.items():
        exits = [state, *state.get("Choices", ()), *state.get("Catch", ()), {"Next": state.get("Default")}]
        ways += [(name, each["Next"]) for each in exits if each.get("Next") is not None]
        for inner in _within(state):
            _require_ways(inner, f"{where}: {name}")
    for name, to in ways:
        if to not in beside:
            raise WrongDefinition(f"{where}: {name} leads to {to}, and there is no such state")


def _require_map(state: Mapping[str, Any], where: str) -> None:
    config = state.get("ItemProcessor", {}).get("ProcessorConfig", {})
    if config.get("Mode", "INLINE") == "INLINE":
        if found := sorted(_OF_DISTRIBUTED_MAPS & set(state)):
            raise WrongDefinition(f"{where}: {', '.join(found)} is for a Map in DISTRIBUTED mode only")
    elif config.get("ExecutionType") != "STANDARD":
        raise WrongDefinition(f"{where}: the local stack runs children of ExecutionType STANDARD")
    elif "$$.Execution" in json.dumps(state["ItemProcessor"]):
        # On AWS each child is an execution of its own; moto would give it that of its parent.
        raise WrongDefinition(
            f"{where}: no child has a $$.Execution of its own here; hand the parent's in by ItemSelector"
        )
