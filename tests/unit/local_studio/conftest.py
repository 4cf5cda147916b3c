"""Studio behind a real HTTP server, on a clock that the tests move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from local.clock import Clock
from local.moto_server import reset
from local.studio import moto_studio
from local.studio.backend import Place, StudioBackend
from local.studio.resources import Durations, Timings

ACCOUNT, REGION, DOMAIN = "123456789012", "eu-west-1", "d-abcdefghijkl"
A_MINUTE = timedelta(minutes=1)
TRUST = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What a test holds: the backend, its clock, and the address of the API."""

    endpoint: str
    clock: Clock
    backend: StudioBackend

    def client(self, service: str = "sagemaker", *, region: str = REGION, **credentials: Any) -> Any:
        return _client(self.endpoint, service, region, **credentials)

    def later(self, by: timedelta = A_MINUTE) -> None:
        self.clock.advance(by)

    def role(self, name: str, statement: dict[str, Any] | None = None) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement or TRUST]})
        made = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
        return str(made["Role"]["Arn"])

    def profile(self, name: str = "amara", **more: Any) -> str:
        """Makes a profile that is in service."""
        made = self.client().create_user_profile(DomainId=DOMAIN, UserProfileName=name, **more)
        self.later()
        return str(made["UserProfileArn"])

    def space(self, name: str, owner: str = "amara", settings: dict[str, Any] | None = None, **more: Any) -> str:
        """Makes a private space that is in service."""
        made = self.client().create_space(
            DomainId=DOMAIN,
            SpaceName=name,
            OwnershipSettings={"OwnerUserProfileName": owner},
            SpaceSharingSettings={"SharingType": "Private"},
            SpaceSettings=settings or {"AppType": "JupyterLab"},
            **more,
        )
        self.later()
        return str(made["SpaceArn"])

    def app(self, **where: Any) -> str:
        """Makes an app that is in service."""
        made = self.client().create_app(**app_key(**where))
        self.later()
        return str(made["AppArn"])


@cache
def _client(endpoint: str, service: str, region: str, **credentials: Any) -> Any:
    """Clients take long to make, and hold nothing of a test."""
    make: Any = boto3.client  # its overloads do not know a service by a variable
    return make(service, endpoint_url=endpoint, region_name=region, **credentials)


def app_key(**where: Any) -> dict[str, Any]:
    """The parameters that name an app; JupyterLab's default one unless `where` says otherwise."""
    return {"DomainId": DOMAIN, "AppType": "JupyterLab", "AppName": "default", **where}


def refusal(error: pytest.ExceptionInfo[ClientError]) -> str:
    """AWS's code."""
    return str(error.value.response["Error"]["Code"])


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def timings() -> Timings:
    """Everything takes a minute, but roles are assumable at once; spaces come faster than the rest."""
    return Timings(
        create=A_MINUTE,
        update=A_MINUTE,
        delete=A_MINUTE,
        role_propagation=timedelta(),
        by_kind={"Space": Durations(create=timedelta(seconds=5))},
    )


@pytest.fixture
def studio(endpoint: str, timings: Timings) -> Iterator[Studio]:
    reset(endpoint)
    clock = Clock(offset=datetime(2030, 1, 1, tzinfo=UTC) - datetime.now(UTC))
    backend = StudioBackend(clock, timings, lambda: "http://127.0.0.1/studio-page")
    backend.seed_domain(Place(account=ACCOUNT, region=REGION), name="research", domain_id=DOMAIN, tags={"team": "ml"})
    with moto_studio.installed(backend):
        yield Studio(endpoint=endpoint, clock=clock, backend=backend)
