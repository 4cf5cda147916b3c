"""Tables, buckets, log groups."""

from __future__ import annotations

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


def _log_group(deployment: Deployment, name: str, properties: Properties) -> Created:
    logs = deployment.client("logs")
    group = properties.get("LogGroupName") or deployment.name(name, 512)
    logs.create_log_group(logGroupName=group)
    if "RetentionInDays" in properties:
        logs.put_retention_policy(logGroupName=group, retentionInDays=int(properties["RetentionInDays"]))
    arn = f"arn:aws:logs:{deployment.region}:{deployment.account}:log-group:{group}:*"
    return Created(group, {"Arn": arn})


def _subscription(deployment: Deployment, name: str, properties: Properties) -> Created:
    if properties.get("FilterPattern"):
        raise UnsupportedResource(f"{name}: the local stack delivers every line, and knows no FilterPattern")
    deployment.log_subscriptions[properties["LogGroupName"]] = properties["DestinationArn"]
    return Created(name)


HANDLERS: dict[str, Handler] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::S3::Bucket": _bucket,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::Logs::SubscriptionFilter": _subscription,
}
