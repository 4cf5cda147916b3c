"""The ledger table as template.yaml deploys it, in moto."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from samtranslator.yaml_helper import yaml_parse

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NAME = "ledger"
_TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_SHAPE = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")


def create(client: DynamoDBClient) -> str:
    """Creates the table; its name."""
    properties: Any = yaml_parse(_TEMPLATE.read_text())["Resources"]["Ledger"]["Properties"]
    client.create_table(TableName=NAME, **{name: properties[name] for name in _SHAPE})
    return NAME
