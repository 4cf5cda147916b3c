"""The adapters of login: what they send to AWS, and what they make of its answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar

import boto3
import pytest
from botocore import UNSIGNED
from botocore.stub import Stubber
from moto import mock_aws

from concierge.aws.assertions import DynamoUsedAssertions
from concierge.aws.presigned import PresignerRole, studio_as
from concierge.aws.saml_provider import GRACE, MAX_AGE, IamSamlProvider
from concierge.aws.signed_http import ExecuteApi
from concierge.aws.sts import SamlSts, unsigned_client
from concierge.errors import AlreadyExists, AwsError, Denied, NotFound, SettingsError, Throttled
from concierge.login.ports import Credentials, LinkRequest
from tests.support.login_fakes import ACS, LOGIN_ROLE, PROVIDER_ARN, SECRETS, STUDIO_URL, sts_session
from tests.support.saml_idp import ENTITY_ID, SamlIdp

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
TEMPORARY = {
    "AccessKeyId": "ASIAEXAMPLEEXAMPLE",
    "SecretAccessKey": SECRETS.secret_access_key,
    "SessionToken": SECRETS.session_token,
    "Expiration": TEN,
}


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


def test_metadata_is_read_from_iam_and_kept_for_a_while(aws: None, idp: SamlIdp, impostor: SamlIdp) -> None:
    iam = boto3.client("iam")
    arn = iam.create_saml_provider(SAMLMetadataDocument=idp.metadata, Name="corp")["SAMLProviderArn"]
    source = IamSamlProvider(iam, arn=arn)
    first = source.current(TEN)
    assert first.entity_id == ENTITY_ID
    iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=impostor.metadata)
    assert source.current(TEN + MAX_AGE - timedelta(seconds=1)) is first
    assert source.current(TEN + MAX_AGE).certificates != first.certificates


def test_metadata_survives_an_hour_without_iam_and_no_longer(idp: SamlIdp) -> None:
    iam = boto3.client("iam")
    with Stubber(iam) as stub:
        stub.add_response(
            "get_saml_provider", {"SAMLMetadataDocument": idp.metadata}, {"SAMLProviderArn": PROVIDER_ARN}
        )
        stub.add_client_error("get_saml_provider", "ServiceFailure")
        stub.add_client_error("get_saml_provider", "ServiceFailure")
        source = IamSamlProvider(iam, arn=PROVIDER_ARN)
        first = source.current(TEN)
        assert source.current(TEN + GRACE - timedelta(seconds=1)) is first
        with pytest.raises(Throttled):
            source.current(TEN + GRACE)


def test_a_provider_that_was_deleted_is_trusted_no_more(idp: SamlIdp) -> None:
    iam = boto3.client("iam")
    with Stubber(iam) as stub:
        stub.add_response("get_saml_provider", {"SAMLMetadataDocument": idp.metadata})
        stub.add_client_error("get_saml_provider", "NoSuchEntity")
        source = IamSamlProvider(iam, arn=PROVIDER_ARN)
        source.current(TEN)
        with pytest.raises(NotFound):
            source.current(TEN + MAX_AGE)


def test_broken_new_metadata_is_not_replaced_by_old(idp: SamlIdp) -> None:
    iam = boto3.client("iam")
    with Stubber(iam) as stub:
        stub.add_response("get_saml_provider", {"SAMLMetadataDocument": idp.metadata})
        stub.add_response("get_saml_provider", {"SAMLMetadataDocument": "x" * 1000})
        source = IamSamlProvider(iam, arn=PROVIDER_ARN)
        source.current(TEN)
        with pytest.raises(SettingsError):
            source.current(TEN + MAX_AGE)


def test_an_assertion_is_used_once_and_expires_by_itself(aws: None) -> None:
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="ledger",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    used = DynamoUsedAssertions(client=dynamodb, table="ledger")
    used.use("abc", keep_until=TEN)
    with pytest.raises(AlreadyExists):
        used.use("abc", keep_until=TEN + timedelta(days=1))
    used.use("def", keep_until=TEN)
    [item] = [each for each in dynamodb.scan(TableName="ledger")["Items"] if each["pk"] == {"S": "assertion#abc"}]
    assert item["sk"] == {"S": "used"}
    assert item["expires_at"] == {"N": str(int(TEN.timestamp()))}


def test_sts_gets_the_bytes_that_were_verified() -> None:
    client = unsigned_client()
    assert vars(client.meta.config)["signature_version"] is UNSIGNED
    with Stubber(client) as stub:
        stub.add_response(
            "assume_role_with_saml",
            {
                "Credentials": TEMPORARY,
                "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE:Amara.Okafor", "Arn": sts_session().arn},
                "Issuer": ENTITY_ID,
                "Audience": ACS,
                "Subject": "a1b2c3",
            },
            {
                "RoleArn": LOGIN_ROLE.arn,
                "PrincipalArn": PROVIDER_ARN,
                "SAMLAssertion": base64.b64encode(b"<x/>").decode(),
                "DurationSeconds": 900,
            },
        )
        session = SamlSts(client=client).assume(role_arn=LOGIN_ROLE.arn, provider_arn=PROVIDER_ARN, document=b"<x/>")
    assert (session.arn, session.issuer, session.audience, session.subject) == (
        sts_session().arn,
        ENTITY_ID,
        ACS,
        "a1b2c3",
    )
    assert session.credentials.session_token == SECRETS.session_token


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidIdentityToken", Denied),
        ("ExpiredTokenException", Denied),
        ("IDPRejectedClaim", Denied),
        ("AccessDenied", Denied),
        ("Throttling", Throttled),
        ("RegionDisabledException", AwsError),
    ],
)
def test_a_refusal_of_sts_is_told_from_its_faults(code: str, error: type[AwsError]) -> None:
    client = unsigned_client()
    with Stubber(client) as stub:
        stub.add_client_error("assume_role_with_saml", code)
        with pytest.raises(AwsError) as raised:
            SamlSts(client=client).assume(role_arn=LOGIN_ROLE.arn, provider_arn=PROVIDER_ARN, document=b"<x/>")
    assert type(raised.value) is error
    assert raised.value.code == code


class Studio(BaseHTTPRequestHandler):
    """Answers as the Studio route does, and remembers what it was asked."""

    seen: ClassVar[list[dict[str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append({"path": self.path, **{key.lower(): value for key, value in self.headers.items()}})
        self.send_response(302 if self.path == "/v1/studio" else 403)
        self.send_header("Location", "/v1/elsewhere")
        self.send_header("X-Concierge-Reason", "no-workspace")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        return


@contextmanager
def served() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Studio) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1"
        finally:
            server.shutdown()
            thread.join()


def test_a_request_is_signed_for_the_api_and_follows_nothing() -> None:
    Studio.seen.clear()
    api = ExecuteApi(region="eu-west-1")
    with served() as base:
        answer = api.get(f"{base}/studio", SECRETS, correlation="c-1")
        api.session.close()
    assert (answer.status, answer.location, answer.reason) == (302, "/v1/elsewhere", "no-workspace")
    [request] = Studio.seen
    assert request["path"] == "/v1/studio"
    assert request["x-amz-security-token"] == SECRETS.session_token
    assert "/eu-west-1/execute-api/aws4_request" in request["authorization"]
    assert "x-correlation-id" in request["authorization"]
    assert request["x-correlation-id"] == "c-1"


def test_no_answer_is_worth_another_try() -> None:
    with served() as base:
        pass
    with pytest.raises(Throttled) as error:
        ExecuteApi(region="eu-west-1").get(f"{base}/studio", SECRETS, correlation="c-1")
    assert SECRETS.session_token not in str(error.value)


@pytest.mark.parametrize("account", ["123456789012", "210987654321"])
def test_a_link_is_minted_as_the_person_that_it_is_for_in_the_domains_own_account(account: str) -> None:
    sts = boto3.client("sts")
    used: list[tuple[str, Credentials]] = []
    studio = studio_as("us-east-1", SECRETS)
    assert studio.meta.region_name == "us-east-1"

    def with_credentials(region: str, credentials: Credentials) -> Any:
        used.append((region, credentials))
        return studio

    request = LinkRequest(
        login="amara.okafor",
        account=account,
        region="us-east-1",
        domain_id="d-1",
        profile="amara-okafor-x",
        expires=20,
        session_seconds=28_800,
    )
    with Stubber(sts) as sts_stub, Stubber(studio) as studio_stub:
        sts_stub.add_response(
            "assume_role",
            {"Credentials": TEMPORARY},
            {
                "RoleArn": f"arn:aws:iam::{account}:role/studio-platform/presigner",
                "RoleSessionName": "amara.okafor",
                "DurationSeconds": 900,
                "Tags": [{"Key": "studiouserid", "Value": "amara.okafor"}],
            },
        )
        studio_stub.add_response(
            "create_presigned_domain_url",
            {"AuthorizedUrl": STUDIO_URL},
            {
                "DomainId": "d-1",
                "UserProfileName": "amara-okafor-x",
                "ExpiresInSeconds": 20,
                "SessionExpirationDurationInSeconds": 28_800,
            },
        )
        role_arn = "arn:aws:iam::123456789012:role/studio-platform/presigner"
        presigner = PresignerRole(sts=sts, role_arn=role_arn, studio=with_credentials)
        assert presigner.url(request) == STUDIO_URL
    assert [(region, each.access_key_id) for region, each in used] == [("us-east-1", "ASIAEXAMPLEEXAMPLE")]
