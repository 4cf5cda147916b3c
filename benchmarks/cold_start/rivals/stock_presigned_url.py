"""The Studio route as boto3's documentation has one write it: a client for each service, and nothing else."""

import json
import os
from typing import Any

import boto3


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The caller's profile -> a redirect."""
    login = event["requestContext"]["identity"]["userArn"].rpartition("/")[2].lower()
    stored = boto3.client("s3").get_object(Bucket=os.environ["CATALOG_BUCKET"], Key=os.environ["CATALOG_KEY"])
    catalog = json.loads(stored["Body"].read())
    found = boto3.client("dynamodb").query(
        TableName=os.environ["LEDGER_TABLE"],
        IndexName="by_login",
        KeyConditionExpression="login = :login",
        ExpressionAttributeValues={":login": {"S": login}},
    )["Items"]
    bindings = {item["domain"]["S"]: item for item in found}
    domain = next(each for each in catalog["domains"] if each["name"] in bindings)
    credentials = boto3.client("sts").assume_role(
        RoleArn=os.environ["PRESIGNER_ROLE_ARN"],
        RoleSessionName=login,
        Tags=[{"Key": "studiouserid", "Value": login}],
    )["Credentials"]
    studio = boto3.client(
        "sagemaker",
        region_name=domain["region"],
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    url = studio.create_presigned_domain_url(
        DomainId=domain["domain_id"],
        UserProfileName=bindings[domain["name"]]["profile"]["S"],
        ExpiresInSeconds=int(os.environ["URL_EXPIRES_SECONDS"]),
    )["AuthorizedUrl"]
    return {"statusCode": 302, "headers": {"Location": url}}
