"""An account with the deployment's table, queue, bus and catalog in it, and the command as it is typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws

from cli.main import main
from concierge.aws import clients
from concierge.aws.aliases import DynamoAliases
from concierge.aws.holds import DynamoHolds
from concierge.aws.ledger import DynamoLedger
from concierge.catalog.load import load
from concierge.catalog.model import Catalog
from concierge.catalog.source import compile_file
from tests.support import ledger_table

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio.yaml"
CLIENTS = (clients.dynamodb, clients.events, clients.iam, clients.s3, clients.sagemaker, clients.sqs, clients.sts)


@dataclass(frozen=True)
class Account:
    """What is deployed; `file` holds its outputs."""

    file: Path
    outputs: dict[str, str]

    def types(self, *arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(main, [*arguments, "--outputs", str(self.file)], input=answer)

    @property
    def ledger(self) -> DynamoLedger:
        return DynamoLedger(client=clients.dynamodb(), table="ledger")

    @property
    def aliases(self) -> DynamoAliases:
        return DynamoAliases(client=clients.dynamodb(), table="ledger")

    @property
    def holds(self) -> DynamoHolds:
        return DynamoHolds(client=clients.dynamodb(), table="ledger")

    def messages(self) -> list[dict[str, Any]]:
        answer = clients.sqs().receive_message(QueueUrl=self.outputs["MembershipQueueUrl"], MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def items(self) -> list[dict[str, Any]]:
        """All that the table holds, to compare."""
        found = clients.dynamodb().scan(TableName="ledger")["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with mock_aws():
        for client in CLIENTS:
            client.cache_clear()
        ledger_table.create(clients.dynamodb())
        s3 = clients.s3()
        s3.create_bucket(Bucket="catalog", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="catalog", Key="catalog.json", Body=compile_file(EXAMPLE))
        s3.create_bucket(Bucket="records", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        fifo = clients.sqs().create_queue(QueueName="people.fifo", Attributes={"FifoQueue": "true"})
        boto3.client("events").create_event_bus(Name="audit")
        outputs = {
            "LedgerTable": "ledger",
            "CatalogBucket": "catalog",
            "MembershipQueueUrl": fifo["QueueUrl"],
            "AuditBusName": "audit",
            "ExecutionBoundaryArn": "arn:aws:iam::123456789012:policy/studio-platform/boundary",
            "ActivityTable": "studio-concierge-activity",
            "RecordsBucket": "records",
        }
        file = tmp_path / "outputs.json"
        file.write_text(json.dumps(outputs))
        yield Account(file=file, outputs=outputs)
        for client in CLIENTS:
            client.cache_clear()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load(compile_file(EXAMPLE))


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
