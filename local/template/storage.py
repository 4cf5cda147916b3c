"""Tables, buckets, secrets, log groups."""

from __future__ import annotations

import json

from local.events.log_filters import terms
from local.template.deployment import Created, Deployment, Handler, Properties, UnsupportedResource


def _table(deployment: Deployment, name: str, properties: Properties) -> Created:
    dynamodb = deployment.client("dynamodb")
    table_name = properties.pop("TableName", None) or deployment.name(name, 255)
    ttl = properties.pop("TimeToLiveSpecification", None)
    recovery = properties.pop("PointInTimeRecoverySpecification", None)
    encryption = properties.pop("SSESpecification", {})
    table = dynamodb.create_table(
        TableName=table_name, SSESpecification={"Enabled": encryption.get("SSEEnabled", False)}, **properties
    )["TableDescription"]
    if ttl:
        dynamodb.update_time_to_live(TableName=table_name, TimeToLiveSpecification=ttl)
    if recovery:
        dynamodb.update_continuous_backups(TableName=table_name, PointInTimeRecoverySpecification=recovery)
    return Created(table_name, {"Arn": table["TableArn"]})


def _bucket(deployment: Deployment, name: str, properties: Properties) -> Created:
    s3 = deployment.client("s3")
    bucket = properties.get("BucketName") or deployment.name(name).lower()
    where = {} if deployment.region == "us-east-1" else {"LocationConstraint": deployment.region}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": where} if where else {}))
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=properties["VersioningConfiguration"])
    return Created(bucket, {"Arn": f"arn:aws:s3:::{bucket}"})


def _secret(deployment: Deployment, name: str, properties: Properties) -> Created:
    text = properties.pop("SecretString", None)
    if generate := properties.pop("GenerateSecretString", None):
        text = _generated(deployment, generate)
    content = {} if text is None else {"SecretString": text}
    kept = {"Name": properties.pop("Name", None) or deployment.name(name), **properties, **content}
    arn = deployment.client("secretsmanager").create_secret(**kept)["ARN"]
    return Created(arn, {"Id": arn})


def _generated(deployment: Deployment, rules: Properties) -> str:
    """A random password, alone or in a template of JSON text; GetRandomPassword has the same rules."""
    template, key = rules.pop("SecretStringTemplate", None), rules.pop("GenerateStringKey", None)
    password = str(deployment.client("secretsmanager").get_random_password(**rules)["RandomPassword"])
    return password if key is None else json.dumps({**json.loads(template or "{}"), key: password})


def _log_group(deployment: Deployment, name: str, properties: Properties) -> Created:
    logs = deployment.client("logs")
    group = properties.get("LogGroupName") or deployment.name(name, 512)
    logs.create_log_group(logGroupName=group)
    if "RetentionInDays" in properties:
        logs.put_retention_policy(logGroupName=group, retentionInDays=int(properties["RetentionInDays"]))
    arn = f"arn:aws:logs:{deployment.region}:{deployment.account}:log-group:{group}:*"
    return Created(group, {"Arn": arn})


def _subscription(deployment: Deployment, name: str, properties: Properties) -> Created:
    try:
        any_of = terms(properties.get("FilterPattern", ""))
    except ValueError as error:
        raise UnsupportedResource(f"{name}: FilterPattern: {error}") from error
    group = properties["LogGroupName"]
    if group in deployment.log_subscriptions:
        raise UnsupportedResource(f"{name}: the local stack delivers the lines of {group} to one function")
    deployment.log_subscriptions[group] = (properties["DestinationArn"], any_of)
    return Created(name)


HANDLERS: dict[str, Handler] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::SubscriptionFilter": _subscription,
}
