"""The password of the account that reads a directory: used, and never seen."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from concierge.aws.secrets import MAX_AGE, BindSecrets, read_credentials
from concierge.errors import NotFound, UnusableSecret
from tests.support.fakes import AT_TEN

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient

PASSWORD = "correct-horse-battery"
GOOD = json.dumps({"username": "svc-studio@corp.example.com", "password": PASSWORD, "host": "dc1"})
GONE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone-AbCdEf"


@pytest.fixture
def client() -> Iterator[SecretsManagerClient]:
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-west-1")


def test_a_secret_gives_the_name_and_the_password(client: SecretsManagerClient) -> None:
    found = read_credentials(client, client.create_secret(Name="studio/ad-reader", SecretString=GOOD)["ARN"])
    assert (found.username, found.password) == ("svc-studio@corp.example.com", PASSWORD)


def test_nothing_of_it_can_be_printed_or_logged(client: SecretsManagerClient, caplog: pytest.LogCaptureFixture) -> None:
    found = read_credentials(client, client.create_secret(Name="studio/ad-reader", SecretString=GOOD)["ARN"])
    logging.getLogger("somebody").warning("binding as %s", found, extra={"credentials": found})
    assert PASSWORD not in "".join((repr(found), str(found), f"{found}", f"{[found]}", caplog.text))


@pytest.mark.parametrize(
    "content",
    [
        PASSWORD,
        f'{{"password": "{PASSWORD}",',
        f'["{PASSWORD}"]',
        f'{{"password": "{PASSWORD}"}}',
        f'{{"username": "", "password": "{PASSWORD}"}}',
        f'{{"username": "{PASSWORD}", "password": ""}}',
        f'{{"username": 7, "password": "{PASSWORD}"}}',
        f'{{"username": "svc", "password": ["{PASSWORD}"]}}',
    ],
)
def test_a_secret_that_is_something_else_is_named_and_not_quoted(client: SecretsManagerClient, content: str) -> None:
    arn = client.create_secret(Name="studio/ad-reader", SecretString=content)["ARN"]
    with pytest.raises(UnusableSecret) as refused:
        read_credentials(client, arn)
    assert str(refused.value).startswith(f"secret {arn} is not usable: it has to be JSON text such as ")
    assert refused.value.__cause__ is refused.value.__context__ is None
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))


def test_a_binary_secret_is_something_else(client: SecretsManagerClient) -> None:
    arn = client.create_secret(Name="studio/ad-reader", SecretBinary=GOOD.encode())["ARN"]
    with pytest.raises(UnusableSecret):
        read_credentials(client, arn)


def test_a_secret_that_is_not_there_says_so(client: SecretsManagerClient) -> None:
    with pytest.raises(NotFound) as missing:
        read_credentials(client, GONE)
    assert missing.value.operation == "secretsmanager:GetSecretValue"


def test_a_copy_is_used_until_it_is_too_old(client: SecretsManagerClient) -> None:
    arn = client.create_secret(Name="studio/ad-reader", SecretString=GOOD)["ARN"]
    asked: list[str] = []

    def of_region(region: str) -> SecretsManagerClient:
        asked.append(region)
        return client

    secrets = BindSecrets(of_region)
    assert secrets.credentials(arn, now=AT_TEN).password == PASSWORD
    client.put_secret_value(SecretId=arn, SecretString=GOOD.replace(PASSWORD, "rotated"))
    nearly = AT_TEN + MAX_AGE - timedelta(seconds=1)
    assert secrets.credentials(arn, now=nearly).password == PASSWORD
    assert secrets.credentials(arn, now=AT_TEN + MAX_AGE).password == "rotated"
    assert asked == ["eu-west-1", "eu-west-1"]
    assert PASSWORD not in repr(secrets)
