"""A moto server with the gate in it, an operator, and roles to make calls with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from local.clock import Clock
from local.gate import moto_gate
from local.gate.gate import Gate
from local.gate.policy import Decision
from local.moto_server import reset

ACCOUNT, REGION = "123456789012", "eu-west-1"
ANYBODY = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def document(*found: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in found]})


@dataclass
class Account:
    """The operator's view of an account, and sessions of roles in it."""

    endpoint: str
    gate: Gate
    studio_tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, service: str, credentials: Mapping[str, str] | None = None, **config: Any) -> Any:
        given = credentials or {"AccessKeyId": "operator", "SecretAccessKey": "operator"}
        return boto3.client(
            service,  # type: ignore[call-overload] # a name that is not literal
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def role(self, name: str, *allowed: Mapping[str, Any], trust: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Creates a role with one inline policy `own`; returns its ARN."""
        trusted = {"Principal": ANYBODY, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}
        iam = self.client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust or trusted), **more)["Role"]["Arn"]
        if allowed:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*allowed))
        return str(arn)

    def assume(self, arn: str, by: Mapping[str, str] | None = None, **more: Any) -> dict[str, str]:
        answer = self.client("sts", by).assume_role(RoleArn=arn, RoleSessionName="session", **more)
        return dict(answer["Credentials"])

    def session(self, name: str, *allowed: Mapping[str, Any], **more: Any) -> dict[str, str]:
        """Credentials of a new role that is allowed this."""
        return self.assume(self.role(name, *allowed, **more))

    def last(self) -> Decision:
        return self.gate.calls[-1].decision


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def account(server: str) -> Iterator[Account]:
    reset(server)
    tags: dict[str, dict[str, str]] = {}
    gate = Gate(Clock(), lambda arn: tags.get(arn, {}))
    with moto_gate.installed(gate):
        yield Account(server, gate, tags)
