"""Sessions in other accounts: assumed once, renewed in time, and one that fails affects no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from concierge.aws import clients
from concierge.aws.accounts import Accounts
from concierge.catalog.model import Domain
from concierge.errors import AwsError, Denied

HUB = Domain(name="research", account="123456789012", region="eu-west-1", domain_id="d-1")
FRAUD = Domain(
    name="fraud",
    account="210987654321",
    region="eu-west-1",
    domain_id="d-2",
    spoke_role="arn:aws:iam::210987654321:role/studio-platform/studio-concierge-spoke",
    external_id="a-long-random-text",
)
SALES = replace(
    FRAUD, name="sales", account="333333333333", spoke_role="arn:aws:iam::333333333333:role/spoke", external_id="other"
)


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    for made in (clients.iam, clients.sagemaker, clients.tagging):
        made.cache_clear()


class Sts:
    """Answers AssumeRole as often as it is told to."""

    def __init__(self) -> None:
        self.client = boto3.client("sts", region_name="eu-west-1")
        self.stub = Stubber(self.client)
        self.stub.activate()

    def gives(self, domain: Domain, *, key: str, lasts: timedelta = timedelta(hours=1)) -> None:
        asked = {
            "RoleArn": domain.spoke_role,
            "RoleSessionName": "studio-concierge",
            "ExternalId": domain.external_id,
            "DurationSeconds": 3600,
        }
        credentials = {
            "AccessKeyId": key.ljust(16, "x"),
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": datetime.now(UTC) + lasts,
        }
        self.stub.add_response("assume_role", {"Credentials": credentials}, asked)

    def refuses(self) -> None:
        self.stub.add_client_error("assume_role", "AccessDenied", "not authorized to perform: sts:AssumeRole")


def key_of(client: Any) -> str:
    return str(client._request_signer._credentials.get_frozen_credentials().access_key)


def test_the_hubs_own_account_needs_no_session() -> None:
    accounts = Accounts(hub=HUB.account, sts=Sts().client)
    assert accounts.sagemaker(HUB) is clients.sagemaker("eu-west-1")
    assert accounts.iam(HUB) is clients.iam()
    assert accounts.tagging(HUB) is clients.tagging("eu-west-1")


def test_one_session_serves_every_client_of_an_account() -> None:
    sts = Sts()
    sts.gives(FRAUD, key="fraud")
    accounts = Accounts(hub=HUB.account, sts=sts.client)
    made = [accounts.sagemaker(FRAUD), accounts.iam(FRAUD), accounts.tagging(FRAUD)]
    assert {key_of(each) for each in made} == {"fraud".ljust(16, "x")}
    assert accounts.sagemaker(FRAUD) is made[0]
    sts.stub.assert_no_pending_responses()


def test_a_session_is_renewed_before_it_ends() -> None:
    sts = Sts()
    sts.gives(FRAUD, key="first", lasts=timedelta(minutes=1))
    sts.gives(FRAUD, key="second")
    client = Accounts(hub=HUB.account, sts=sts.client).sagemaker(FRAUD)
    assert key_of(client).startswith("second")


def test_a_renewal_that_fails_early_is_tried_again_and_one_that_fails_late_is_told() -> None:
    sts = Sts()
    sts.gives(FRAUD, key="first", lasts=timedelta(minutes=12))
    sts.refuses()
    client = Accounts(hub=HUB.account, sts=sts.client).sagemaker(FRAUD)
    assert key_of(client).startswith("first")  # still good for some minutes
    sts.gives(FRAUD, key="short", lasts=timedelta(minutes=1))
    assert key_of(client).startswith("short")
    sts.refuses()
    with pytest.raises(Denied, match="sts:AssumeRole"):
        client.list_domains()


def test_an_external_id_that_was_changed_is_used_at_once() -> None:
    sts = Sts()
    changed = replace(FRAUD, external_id="another-long-random-text")
    sts.gives(FRAUD, key="former")
    sts.gives(changed, key="present")
    accounts = Accounts(hub=HUB.account, sts=sts.client)
    assert key_of(accounts.iam(FRAUD)).startswith("former")
    assert key_of(accounts.iam(changed)).startswith("present")


def test_an_account_that_cannot_be_entered_affects_no_other_and_is_asked_again() -> None:
    sts = Sts()
    sts.refuses()
    sts.gives(SALES, key="sales")
    sts.gives(FRAUD, key="fraud")
    accounts = Accounts(hub=HUB.account, sts=sts.client)
    with pytest.raises(Denied, match="sts:AssumeRole"):
        accounts.sagemaker(FRAUD)
    assert key_of(accounts.sagemaker(SALES)).startswith("sales")
    assert key_of(accounts.sagemaker(FRAUD)).startswith("fraud")


def test_a_domain_elsewhere_without_a_spoke_role_says_what_is_missing() -> None:
    bare = replace(FRAUD, spoke_role=None, external_id=None)
    with pytest.raises(AwsError, match=r"domain fraud is in account 210987654321: give it spoke_role and external_id"):
        Accounts(hub=HUB.account, sts=Sts().client).iam(bare)
