"""The tables as template.yaml deploys them, in moto."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from samtranslator.yaml_helper import yaml_parse

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

NAME = "ledger"
_TEMPLATE = Path(__file__).parents[2] / "template.yaml"
_SHAPE = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")


def create(client: DynamoDBClient, logical_id: str = "Ledger") -> str:
    """Creates the table of that logical id; its name."""
    properties: Any = yaml_parse(_TEMPLATE.read_text())["Resources"][logical_id]["Properties"]
    name = NAME if logical_id == "Ledger" else logical_id.lower()
    client.create_table(TableName=name, **{each: properties[each] for each in _SHAPE if each in properties})
    return name
