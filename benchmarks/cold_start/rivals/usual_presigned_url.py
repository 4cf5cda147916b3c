"""The Studio route with what is usually put around boto3: Powertools' logger and event handler, pydantic's models."""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from pydantic import BaseModel

logger = Logger(service="studio")
app = APIGatewayRestResolver()


class Domain(BaseModel):
    """What is needed of a domain."""

    name: str
    region: str
    domain_id: str


class Catalog(BaseModel):
    """What is needed of the catalog."""

    domains: list[Domain]


@app.get("/studio")
def studio() -> Response[str]:
    """The caller's profile -> a redirect."""
    login = (app.current_event.request_context.identity.user_arn or "").rpartition("/")[2].lower()
    stored = boto3.client("s3").get_object(Bucket=os.environ["CATALOG_BUCKET"], Key=os.environ["CATALOG_KEY"])
    catalog = Catalog.model_validate_json(stored["Body"].read())
    found = boto3.client("dynamodb").query(
        TableName=os.environ["LEDGER_TABLE"],
        IndexName="by_login",
        KeyConditionExpression="login = :login",
        ExpressionAttributeValues={":login": {"S": login}},
    )["Items"]
    bindings = {item["domain"]["S"]: item for item in found}
    domain = next(each for each in catalog.domains if each.name in bindings)
    credentials = boto3.client("sts").assume_role(
        RoleArn=os.environ["PRESIGNER_ROLE_ARN"],
        RoleSessionName=login,
        Tags=[{"Key": "studiouserid", "Value": login}],
    )["Credentials"]
    client = boto3.client(
        "sagemaker",
        region_name=domain.region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    url = client.create_presigned_domain_url(
        DomainId=domain.domain_id,
        UserProfileName=bindings[domain.name]["profile"]["S"],
        ExpiresInSeconds=int(os.environ["URL_EXPIRES_SECONDS"]),
    )["AuthorizedUrl"]
    logger.info("accepted", extra={"login": login})
    return Response(status_code=302, headers={"Location": url})


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return app.resolve(event, context)
