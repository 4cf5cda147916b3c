"""The SAML route with what is usually put around boto3: Powertools, pydantic, and signxml for the signature."""

import base64
import os
import time
from typing import Any
from urllib.parse import parse_qs

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from lxml import etree
from pydantic import BaseModel
from signxml.verifier import XMLVerifier

from benchmarks.cold_start.rivals.signed_get import studio_route

_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"

logger = Logger(service="saml")
app = APIGatewayRestResolver()


class Login(BaseModel):
    """What an assertion says."""

    assertion_id: str
    role: str
    provider: str


@app.post("/saml/acs")
def acs() -> Response[str]:
    """A posted response -> a redirect."""
    posted = parse_qs(app.current_event.body or "")["SAMLResponse"][0]
    iam = boto3.client("iam")
    metadata = iam.get_saml_provider(SAMLProviderArn=os.environ["SAML_PROVIDER_ARN"])["SAMLMetadataDocument"]
    login = _verified(base64.b64decode(posted), metadata)
    boto3.client("dynamodb").put_item(
        TableName=os.environ["LEDGER_TABLE"],
        Item={
            "pk": {"S": f"assertion#{login.assertion_id}"},
            "sk": {"S": "used"},
            "expires_at": {"N": str(int(time.time()) + 3600)},
        },
        ConditionExpression="attribute_not_exists(pk)",
    )
    session = boto3.client("sts").assume_role_with_saml(
        RoleArn=login.role, PrincipalArn=login.provider, SAMLAssertion=posted
    )
    logger.info("accepted", extra={"assertion": login.assertion_id})
    return Response(status_code=302, headers={"Location": studio_route(session["Credentials"])})


def _verified(document: bytes, metadata: str) -> Login:
    certificate = etree.fromstring(metadata.encode()).findtext(f".//{_SIGNATURE}X509Certificate")
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----"
    result = XMLVerifier().verify(etree.fromstring(document), x509_cert=pem, id_attribute="ID")
    signed = None if isinstance(result, list) else result.signed_xml
    if signed is None:
        raise ValueError("nothing is signed")
    pairs = [each.text or "" for each in signed.iter(f"{_ASSERTION}AttributeValue")]
    role, _, provider = next(text for text in pairs if ":saml-provider/" in text).partition(",")
    return Login(assertion_id=str(signed.get("ID")), role=role, provider=provider)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry."""
    return app.resolve(event, context)
