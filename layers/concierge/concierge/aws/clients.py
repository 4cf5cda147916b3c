"""boto3 clients, made on first use and kept for the life of the container."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_iam import IAMClient
    from types_boto3_identitystore import IdentityStoreClient
    from types_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient
    from types_boto3_sts import STSClient

# A Lambda waits for nobody: short timeouts, and retries that back off instead of a minute of silence.
CONFIG = Config(
    connect_timeout=3,
    read_timeout=15,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra="studio-concierge",
)

# For the sweeps of the night, whose calls are paced and tried again by the run itself (aws/paced.py), from as many
# threads as SweepWorkers allows.
PATIENT = CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}, max_pool_connections=32))


@cache
def dynamodb() -> DynamoDBClient:
    """DynamoDB in the function's own region."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def dynamodb_in(region: str) -> DynamoDBClient:
    """DynamoDB in a domain's region."""
    return boto3.client("dynamodb", region_name=region, config=CONFIG)


@cache
def events() -> EventBridgeClient:
    """EventBridge in the function's own region."""
    return boto3.client("events", config=CONFIG)


@cache
def iam() -> IAMClient:
    """IAM, which has no region."""
    return boto3.client("iam", config=CONFIG)


@cache
def s3() -> S3Client:
    """S3 in the function's own region."""
    return boto3.client("s3", config=CONFIG)


@cache
def sqs() -> SQSClient:
    """SQS in the function's own region."""
    return boto3.client("sqs", config=CONFIG)


@cache
def sts() -> STSClient:
    """STS at the function's own region's endpoint."""
    return boto3.client("sts", config=CONFIG)


@cache
def sagemaker(region: str) -> SageMakerClient:
    """SageMaker in a domain's region."""
    return boto3.client("sagemaker", region_name=region, config=CONFIG)


@cache
def tagging(region: str) -> ResourceGroupsTaggingAPIClient:
    """The Resource Groups Tagging API in a domain's region."""
    return boto3.client("resourcegroupstaggingapi", region_name=region, config=CONFIG)


@cache
def identitystore(region: str) -> IdentityStoreClient:
    """The Identity Store API in the region of IAM Identity Center."""
    return boto3.client("identitystore", region_name=region, config=CONFIG)


@cache
def secretsmanager(region: str) -> SecretsManagerClient:
    """Secrets Manager in a secret's region."""
    return boto3.client("secretsmanager", region_name=region, config=CONFIG)
