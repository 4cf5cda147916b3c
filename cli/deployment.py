"""Where the command finds what is deployed: the stack's outputs, and what they lead to.

Region and credentials come from the environment, as boto3 looks for them. boto3 itself is imported on first use: it
takes longer to import than `concierge catalog check` takes to run.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.catalog import KEY
from concierge.errors import ConciergeError
from concierge.onboarding.desired import Surroundings

if TYPE_CHECKING:
    from concierge.audit import AuditEvent
    from concierge.aws.aliases import DynamoAliases
    from concierge.aws.audit_bus import EventBusTrail
    from concierge.aws.holds import DynamoHolds
    from concierge.aws.ledger import DynamoLedger
    from concierge.aws.membership_queue import SqsMembershipQueue
    from concierge.aws.records import S3Records
    from concierge.catalog.model import Catalog

STACK = "studio-concierge"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployed stack, by its outputs."""

    outputs: Mapping[str, str]

    def output(self, name: str) -> str:
        """Raises ClickException for an output that is not there."""
        value = self.outputs.get(name)
        if not value:
            raise click.ClickException(f"the deployment has no output {name}; deploy this release's template.yaml")
        return value

    @property
    def surroundings(self) -> Surroundings:
        """The hub's account and partition, which the boundary's ARN names."""
        boundary = self.output("ExecutionBoundaryArn")
        _, partition, _, _, account, _ = boundary.split(":", 5)
        table = self.output("ActivityTable")
        return Surroundings(account=account, partition=partition, boundary=boundary, activity_table=table)

    def catalog(self, now: datetime) -> Catalog:
        """The published catalog; raises AwsError or CatalogError."""
        from concierge.aws import clients  # noqa: PLC0415 - as said above, and so everywhere below
        from concierge.aws.catalog_object import CatalogObject  # noqa: PLC0415
        from concierge.aws.catalog_store import CatalogStore  # noqa: PLC0415

        source = CatalogObject(client=clients.s3(), bucket=self.output("CatalogBucket"), key=KEY)
        return CatalogStore(source, max_age=timedelta(0)).current(now)

    def ledger(self) -> DynamoLedger:
        """The ledger table."""
        from concierge.bootstrap import shared  # noqa: PLC0415

        return shared.ledger(self.output("LedgerTable"))

    def aliases(self) -> DynamoAliases:
        """Who is who."""
        from concierge.aws import clients  # noqa: PLC0415
        from concierge.aws.aliases import DynamoAliases  # noqa: PLC0415

        return DynamoAliases(client=clients.dynamodb(), table=self.output("LedgerTable"))

    def holds(self) -> DynamoHolds:
        """What waits for an administrator."""
        from concierge.aws import clients  # noqa: PLC0415
        from concierge.aws.holds import DynamoHolds  # noqa: PLC0415

        return DynamoHolds(client=clients.dynamodb(), table=self.output("LedgerTable"))

    def queue(self) -> SqsMembershipQueue:
        """The queue that feeds onboarding."""
        from concierge.bootstrap import shared  # noqa: PLC0415

        return shared.membership_queue_at(self.output("MembershipQueueUrl"))

    def trail(self) -> QuietTrail:
        """The audit bus."""
        from concierge.bootstrap import shared  # noqa: PLC0415

        return QuietTrail(shared.trail(self.output("AuditBusName")))

    def records(self) -> S3Records:
        """What runs have left behind."""
        from concierge.aws import clients  # noqa: PLC0415
        from concierge.aws.records import S3Records  # noqa: PLC0415

        return S3Records(client=clients.s3(), bucket=self.output("RecordsBucket"))

    def start_run(self, given: Mapping[str, Any]) -> str:
        """The ARN of an execution of the night's state machine that has begun; raises AwsError."""
        import boto3  # noqa: PLC0415

        from concierge.aws.errors import translated  # noqa: PLC0415

        with translated("states:StartExecution"):
            machine = self.output("NightMachineArn")
            begun = boto3.client("stepfunctions").start_execution(stateMachineArn=machine, input=json.dumps(given))
        return begun["executionArn"]

    def caller(self) -> str:
        """The administrator's principal ARN."""
        from concierge.aws import clients  # noqa: PLC0415
        from concierge.aws.errors import translated  # noqa: PLC0415

        with translated("sts:GetCallerIdentity"):
            return clients.sts().get_caller_identity()["Arn"]


@dataclass(frozen=True, slots=True)
class QuietTrail:
    """The audit bus, without the metric that a function prints for CloudWatch to find in its log."""

    bus: EventBusTrail

    def record(self, events: Sequence[AuditEvent]) -> None:
        """As `EventBusTrail.record`."""
        with contextlib.redirect_stdout(io.StringIO()):
            self.bus.record(events)


def deployed(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command --stack and --outputs, hands it the Deployment first, and says plainly what AWS refuses."""

    @click.option("--stack", default=STACK, show_default=True, help="The CloudFormation stack that is deployed.")
    @click.option(
        "--outputs",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A JSON file of the stack's outputs, instead of asking CloudFormation.",
    )
    @functools.wraps(command)
    def with_deployment(*arguments: Any, stack: str, outputs: Path | None, **named: Any) -> None:
        with said_plainly():
            found = read_outputs(outputs) if outputs else outputs_of(stack)
            command(Deployment(found), *arguments, **named)

    return with_deployment


@contextlib.contextmanager
def said_plainly() -> Iterator[None]:
    """Inside, what AWS and the catalog refuse becomes the command's one line of error."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        yield
    except (ConciergeError, BotoCoreError, ClientError) as error:
        raise click.ClickException(str(error)) from error


def read_outputs(file: Path) -> dict[str, str]:
    """Outputs by name, from what `describe-stacks` prints or from a plain object of names and values."""
    try:
        said = json.loads(file.read_text())
    except ValueError as error:
        raise click.ClickException(f"{file}: not JSON: {error}") from error
    stacks = said.get("Stacks") if isinstance(said, dict) else None
    if isinstance(stacks, list) and stacks and isinstance(stacks[0], dict):
        said = {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", [])}
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise click.ClickException(f"{file}: expected an object of names and values, or what describe-stacks prints")
    return said


def outputs_of(stack: str) -> dict[str, str]:
    """Outputs by name, from CloudFormation; raises AwsError."""
    import boto3  # noqa: PLC0415

    from concierge.aws import clients  # noqa: PLC0415
    from concierge.aws.errors import translated  # noqa: PLC0415

    with translated("cloudformation:DescribeStacks"):
        found = boto3.client("cloudformation", config=clients.CONFIG).describe_stacks(StackName=stack)
    given = found["Stacks"][0].get("Outputs", [])
    return {each["OutputKey"]: each["OutputValue"] for each in given}
