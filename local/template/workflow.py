"""State machines."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from local.states.definition import WrongDefinition, parse
from local.template.deployment import Created, Deployment, Handler, MachineConfig, Properties, UnsupportedResource


def _state_machine(deployment: Deployment, name: str, properties: Properties) -> Created:
    kind = properties.get("StateMachineType", "STANDARD")
    if kind != "STANDARD":
        raise UnsupportedResource(f"{name}: the local stack runs state machines of type STANDARD, not {kind}")
    machine = properties.get("StateMachineName") or deployment.name(name, 80)
    try:
        arn = deployment.client("stepfunctions").create_state_machine(
            name=machine,
            definition=json.dumps(_definition(deployment, properties)),
            roleArn=properties["RoleArn"],
        )["stateMachineArn"]
    except (WrongDefinition, ClientError) as error:
        raise UnsupportedResource(f"{name}: {error}") from error
    level = properties.get("LoggingConfiguration", {}).get("Level", "OFF")
    deployment.machines[arn] = MachineConfig(
        logical_id=name, name=machine, arn=arn, role=properties["RoleArn"], logs=level != "OFF"
    )
    return Created(arn, {"Arn": arn, "Name": machine})


def _definition(deployment: Deployment, properties: Properties) -> dict[str, Any]:
    """From the file beside the template, or from the template itself."""
    substitutions = properties.get("DefinitionSubstitutions", {})
    if "DefinitionS3Location" in properties:
        file = deployment.sources[properties["DefinitionS3Location"]["Key"]]
        return parse(file.read_text(encoding="utf-8"), substitutions, str(file))
    return parse(properties["DefinitionString"], substitutions, "DefinitionString")


HANDLERS: dict[str, Handler] = {"AWS::StepFunctions::StateMachine": _state_machine}
