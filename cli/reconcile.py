"""`concierge reconcile`: reads directories now, instead of waiting for the night."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from cli.deployment import Deployment, deployed

if TYPE_CHECKING:
    from types_boto3_lambda import LambdaClient

_FUNCTION_TIMEOUT = 900  # seconds, as template.yaml gives it


@click.command()
@click.argument("directory", required=False)
@deployed
def reconcile(deployment: Deployment, directory: str | None) -> None:
    """Compares DIRECTORY, or every directory and domain, with the ledger now; prints what was queued and held."""
    event = {"schedule": "concierge reconcile", "time": datetime.now(UTC).isoformat()}
    if directory is not None:
        event["directory"] = directory
    click.echo(json.dumps(_invoked(deployment.output("ReconcileDirectoryName"), event), indent=2))


def _invoked(function: str, event: dict[str, str]) -> Any:
    """The function's answer; raises ClickException with its error."""
    from concierge.aws.errors import translated  # noqa: PLC0415 - boto3, see cli.deployment

    with translated("lambda:Invoke"):
        answer = _client().invoke(FunctionName=function, Payload=json.dumps(event).encode())
        said = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise click.ClickException(f"{said.get('errorType', 'error')}: {said.get('errorMessage', said)}")
    return said


def _client() -> LambdaClient:
    """One that waits for as long as the function may take, and never asks twice."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    patient = Config(read_timeout=_FUNCTION_TIMEOUT + 10, retries={"mode": "standard", "total_max_attempts": 1})
    return boto3.client("lambda", config=patient)
