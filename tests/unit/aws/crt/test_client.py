"""The client of the login path: addresses, signatures, errors, another try, and connections that come and go."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from concierge.aws.crt.endpoints import Api, endpoint_of
from concierge.aws.crt.service import Service
from concierge.aws.crt.wire import Request, Signature, Wire
from concierge.errors import AlreadyExists, AwsError, Denied, NotFound, Throttled
from concierge.login.ports import Credentials
from tests.support.scripted_aws import OWN, REGION, ScriptedAws, scripted_aws

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc")
SIGNED_HEADERS = re.compile(r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")


def regions() -> list[tuple[str, str]]:
    session = botocore.session.Session()
    return [
        (partition, region)
        for partition in PARTITIONS
        for region in session.get_available_regions("dynamodb", partition_name=partition)
    ]


@pytest.mark.parametrize("api", list(Api))
def test_every_region_has_the_address_that_botocore_knows(api: Api) -> None:
    seen = regions()
    assert len({partition for partition, _ in seen}) >= 4
    for _, region in seen[::3]:
        client: Any = boto3.session.Session().client(api.value[0], region_name=region)
        found = endpoint_of(api, region, {})
        assert found.url == client.meta.endpoint_url.replace(
            "https://s3.amazonaws.com", "https://s3.us-east-1.amazonaws.com"
        )
        assert found.signing_region == client._request_signer.region_name


def test_another_address_is_named_as_for_every_aws_sdk() -> None:
    everywhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1/"}
    assert endpoint_of(Api.STS, REGION, everywhere).url == "http://127.0.0.1:1"
    named = {**everywhere, "AWS_ENDPOINT_URL_SECRETS_MANAGER": "https://vpce.example.com"}
    assert endpoint_of(Api.SECRETS_MANAGER, REGION, named).url == "https://vpce.example.com"
    assert endpoint_of(Api.IAM, "cn-north-1", named).signing_region == "cn-north-1"


def botocores_signature(asked: Any, url: str, service: str, body: bytes) -> str:
    """What botocore signs of the same request at the same moment."""
    names = SIGNED_HEADERS.search(asked.headers["authorization"])
    assert names is not None
    kept = {name: asked.headers[name] for name in names[1].split(";") if name not in ("host", "x-amz-date")}
    kept.pop("x-amz-security-token", None)
    request = AWSRequest(method=asked.method, url=url, data=body, headers=kept)
    at = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    signer: Any = (S3SigV4Auth if service == "s3" else SigV4Auth)(
        BotocoreCredentials(OWN.access_key_id, OWN.secret_access_key, OWN.session_token), service, REGION
    )
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    request.headers.replace_header("X-Amz-Date", request.context["timestamp"]) if "X-Amz-Date" in request.headers else (
        request.headers.add_header("X-Amz-Date", request.context["timestamp"])
    )
    canonical = signer.canonical_request(request)
    return str(signer.signature(signer.string_to_sign(request, canonical), request))


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("execute-api", "/v1/studio?workspace=research%2Flab&first=1"),
        ("execute-api", "/v1/a%20b/studio"),
        ("dynamodb", "/"),
        ("s3", "/bucket/a%20b/catalog.json"),
    ],
)
@pytest.mark.parametrize("body", [b"", b'{"x": "\xc3\xa4"}'])
def test_a_signature_is_the_one_that_botocore_makes(aws: ScriptedAws, service: str, path: str, body: bytes) -> None:
    aws.will("{}")
    headers = {"X-Correlation-Id": "c-1", "Content-Type": "application/json"}
    request = Request(method="POST" if body else "GET", url=aws.url + path, headers=headers, body=body)
    aws.wire.send(request, Signature(credentials=OWN, service=service, region=REGION))
    [asked] = aws.asked
    found = SIGNED_HEADERS.search(asked.headers["authorization"])
    assert found is not None
    assert asked.path == path
    assert "x-correlation-id" in found[1].split(";")
    assert asked.headers["x-amz-security-token"] == "own-token"
    assert found[2] == botocores_signature(asked, aws.url + path, service, body)


@given(content=st.binary(max_size=2000), names=st.text(alphabet="abcXYZ-_.~", min_size=1, max_size=20))
def test_bytes_come_through_as_they_are(content: bytes, names: str) -> None:
    with scripted_aws() as aws:
        aws.replies = [(200, content, {"X-Echo": names})]
        answer = aws.wire.send(Request(method="POST", url=f"{aws.url}/{names}", body=content))
        assert (answer.status, answer.body, answer.headers["x-echo"]) == (200, content, names)
        assert aws.asked[0].body == content


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ConditionalCheckFailedException", 400, AlreadyExists),
        ("ResourceNotFoundException", 400, NotFound),
        ("AccessDeniedException", 400, Denied),
        ("ValidationException", 400, AwsError),
    ],
)
def test_aws_says_no_once(aws: ScriptedAws, code: str, status: int, kind: type[AwsError]) -> None:
    aws.fails(code, status)
    with pytest.raises(AwsError) as raised:
        aws.service("dynamodb").json("DynamoDB_20120810", "PutItem", {})
    assert type(raised.value) is kind
    assert (raised.value.code, raised.value.operation) == (code, "dynamodb:PutItem")
    assert "said by AWS" in str(raised.value)
    assert len(aws.asked) == 1


@pytest.mark.parametrize(("code", "status"), [("ThrottlingException", 400), ("Unheard", 500), ("", 503)])
def test_aws_that_is_busy_is_asked_again_with_longer_pauses(aws: ScriptedAws, code: str, status: int) -> None:
    aws.fails(code, status)
    with pytest.raises(Throttled):
        aws.service("dynamodb").json("DynamoDB_20120810", "PutItem", {})
    assert len(aws.asked) == 4
    assert aws.pauses == [0.05, 0.1, 0.2]


def test_the_second_try_may_succeed(aws: ScriptedAws) -> None:
    aws.replies = [(500, b"", {}), (200, b'{"ok": true}', {})]
    assert aws.service("dynamodb").json("DynamoDB_20120810", "Query", {}) == {"ok": True}


def test_nobody_at_the_address_is_worth_another_try_later(aws: ScriptedAws) -> None:
    nowhere = Service(
        name="sts",
        endpoint=endpoint_of(Api.STS, REGION, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}),
        wire=Wire(),
        credentials=OWN,
        pause=aws.pauses.append,
    )
    with pytest.raises(Throttled) as raised:
        nowhere.json("x", "Y", {"secret": "own-secret"})
    assert "own-" not in str(raised.value)
    assert raised.value.__cause__ is not None
    assert len(aws.pauses) == 3


def test_a_connection_that_was_closed_meanwhile_is_opened_again(aws: ScriptedAws) -> None:
    aws.will("{}")
    request = Request(method="GET", url=f"{aws.url}/")
    aws.wire.send(request)
    aws.replies = [(0, b"", {}), (200, b"again", {})]
    assert aws.wire.send(request).body == b"again"
    assert len(aws.asked) == 3


def test_a_text_of_a_query_answer_is_named_by_its_path(aws: ScriptedAws) -> None:
    aws.will("<R xmlns='urn:x'><DoResult><A><B>1</B></A><C>ä</C><D/></DoResult><Meta><Id>x</Id></Meta></R>")
    answer = aws.service("sts", None).query("Do", {"P": "a b&c"}, version="2011-06-15")
    assert answer == {"A.B": "1", "C": "ä", "D": ""}
    [asked] = aws.asked
    assert asked.form == {"Action": "Do", "Version": "2011-06-15", "P": "a b&c"}
    assert "authorization" not in asked.headers


def test_an_error_of_the_query_protocol_is_understood(aws: ScriptedAws) -> None:
    aws.will(
        "<ErrorResponse xmlns='https://sts'><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
        "<Message>too old</Message></Error></ErrorResponse>",
        status=400,
    )
    with pytest.raises(AwsError, match="too old") as raised:
        aws.service("sts").query("AssumeRole", {}, version="2011-06-15")
    assert raised.value.code == "ExpiredTokenException"


def test_credentials_have_no_face() -> None:
    held = Credentials(access_key_id="AKIA", secret_access_key="s3cret", session_token="t0ken")
    shown = repr(Signature(credentials=held, service="sts", region=REGION))
    assert not [each for each in ("AKIA", "s3cret", "t0ken") if each in shown]
    assert json.dumps(shown)
