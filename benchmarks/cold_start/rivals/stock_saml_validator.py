"""The SAML route as the public samples have it: what the response says is believed, and no signature is looked at."""

import base64
import os
import time
import xml.etree.ElementTree as ET
from typing import Any
from urllib.parse import parse_qs

import boto3

from benchmarks.cold_start.rivals.signed_get import studio_route

_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """A posted response -> a redirect."""
    posted = parse_qs(event["body"])["SAMLResponse"][0]
    assertion = ET.fromstring(base64.b64decode(posted)).find(f"{_ASSERTION}Assertion")  # noqa: S314  # as the samples do
    if assertion is None:
        raise ValueError("no assertion")
    roles = [each.text or "" for each in assertion.iter(f"{_ASSERTION}AttributeValue")]
    role, _, provider = next(text for text in roles if ":saml-provider/" in text).partition(",")
    boto3.client("iam").get_saml_provider(SAMLProviderArn=provider)
    boto3.client("dynamodb").put_item(
        TableName=os.environ["LEDGER_TABLE"],
        Item={
            "pk": {"S": f"assertion#{assertion.get('ID')}"},
            "sk": {"S": "used"},
            "expires_at": {"N": str(int(time.time()) + 3600)},
        },
        ConditionExpression="attribute_not_exists(pk)",
    )
    session = boto3.client("sts").assume_role_with_saml(RoleArn=role, PrincipalArn=provider, SAMLAssertion=posted)
    return {"statusCode": 302, "headers": {"Location": studio_route(session["Credentials"])}}
