"""STS behind a real HTTP server, with an identity provider that it knows and a role that trusts it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from local.gate.trust import trust_allows
from local.idp import DemoIdp
from local.moto_server import reset
from local.sts_saml import moto_sts

ENTITY_ID = "https://idp.example.com/metadata"
ACS = "https://login.example.com/v1/saml/acs"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/corp"
ROLE = "arn:aws:iam::123456789012:role/studio-platform/login"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Federated": PROVIDER},
    "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
    "Condition": {"StringEquals": {"SAML:aud": ACS}},
}


_UNSIGNED = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})


@cache
def _client(endpoint: str, service: str, **more: Any) -> Any:
    """Clients take long to make, and hold nothing of a test."""
    make: Any = boto3.client  # its overloads do not know a service by a variable
    return make(service, endpoint_url=endpoint, region_name="eu-west-1", **more)


@dataclass(kw_only=True)
class Sts:
    """What a test holds; `sessions` are the session tags that were handed on, by access key."""

    endpoint: str
    idp: DemoIdp
    now: datetime = NOW
    sessions: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def client(self, service: str, **credentials: Any) -> Any:
        return _client(self.endpoint, service, **credentials)

    def trusting(self, statement: Mapping[str, Any] = TRUST, **more: Any) -> None:
        """The role trusts this from now on; `more` are further parameters of CreateRole."""
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = self.client("iam")
        iam.delete_role(RoleName="login")
        iam.create_role(RoleName="login", Path="/studio-platform/", AssumeRolePolicyDocument=document, **more)

    def response(self, login: str = "amara.okafor", **overrides: Any) -> bytes:
        """A good response of the provider, but for the overrides."""
        return base64.b64decode(self.idp.response(login, ACS, ROLE, PROVIDER, NOW, **overrides))

    def assume(self, response: bytes, **more: Any) -> dict[str, Any]:
        """As a caller without any credentials."""
        unsigned = _client(self.endpoint, "sts", config=_UNSIGNED)
        posted = base64.b64encode(response).decode()
        request = {"RoleArn": ROLE, "PrincipalArn": PROVIDER, "SAMLAssertion": posted, **more}
        found: dict[str, Any] = unsigned.assume_role_with_saml(**request)
        return found

    def refusal(self, response: bytes, **more: Any) -> tuple[str, str]:
        """Code and message; nobody got credentials."""
        with pytest.raises(ClientError) as refused:
            self.assume(response, **more)
        assert self.sessions == {}
        error = refused.value.response["Error"]
        return str(error["Code"]), str(error["Message"])


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="session")
def idp() -> DemoIdp:
    return DemoIdp(ENTITY_ID)


@pytest.fixture
def sts(endpoint: str, idp: DemoIdp) -> Iterator[Sts]:
    reset(endpoint)
    found = Sts(endpoint=endpoint, idp=idp)
    iam = found.client("iam")
    iam.create_saml_provider(Name="corp", SAMLMetadataDocument=idp.metadata)
    document = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="login", Path="/studio-platform/", AssumeRolePolicyDocument=document)
    with moto_sts.installed(lambda: found.now, trust_allows, found.sessions.__setitem__):
        yield found
