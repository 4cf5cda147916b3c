"""Studio's API in moto: validation, transitions, in-use rules, pages, tags and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.iam.models import iam_backends

from local.clock import Clock
from local.studio import moto_studio
from local.studio.backend import Place, StudioBackend
from local.studio.page import open_page
from local.studio.resources import Timings

DOMAIN = "d-abcdefghijkl"
LONG = timedelta(minutes=5)
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


class Here:
    """A domain with a role, and the clock that its statuses follow."""

    def __init__(self) -> None:
        self.clock = Clock()
        timings = Timings(create=LONG, update=LONG, delete=LONG, role_propagation=LONG)
        self.backend = StudioBackend(self.clock, timings, lambda: "http://127.0.0.1/studio-page")
        self.backend.seed_domain(Place(account="123456789012", region="eu-west-1"), name="r", domain_id=DOMAIN)
        self.api: Any = boto3.client("sagemaker")
        role = boto3.client("iam").create_role(RoleName="exec", AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role = role["Role"]["Arn"]
        for each in iam_backends["123456789012"]["aws"].roles.values():
            each.create_date -= 2 * LONG  # it is no longer new, and another one is for as long as a test may take

    def later(self) -> None:
        self.clock.advance(LONG)

    def profile(self, name: str = "amara", **more: Any) -> None:
        self.api.create_user_profile(
            DomainId=DOMAIN, UserProfileName=name, UserSettings={"ExecutionRole": self.role}, **more
        )
        self.later()

    def status(self, name: str = "amara") -> str:
        return str(self.api.describe_user_profile(DomainId=DOMAIN, UserProfileName=name)["Status"])


@pytest.fixture
def here() -> Iterator[Here]:
    with mock_aws():
        found = Here()
        with moto_studio.installed(found.backend):
            found.later()
            yield found


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_a_profile_is_pending_before_it_is_in_service(here: Here) -> None:
    here.api.create_user_profile(DomainId=DOMAIN, UserProfileName="amara", UserSettings={"ExecutionRole": here.role})
    assert here.status() == "Pending"
    here.later()
    assert here.status() == "InService"


def test_a_new_role_cannot_be_assumed_yet(here: Here) -> None:
    role = boto3.client("iam").create_role(RoleName="new", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    with pytest.raises(ClientError, match="unable to assume the execution role") as refused:
        here.api.create_user_profile(DomainId=DOMAIN, UserProfileName="li", UserSettings={"ExecutionRole": role})
    assert code(refused) == "ValidationException"


@pytest.mark.parametrize("name", ["amara.okafor", "amara_okafor", "a" * 64, "-amara"])
def test_a_name_that_studio_refuses_is_refused_here(here: Here, name: str) -> None:
    with pytest.raises(ClientError, match="failed to satisfy constraint") as refused:
        here.profile(name)
    assert code(refused) == "ValidationException"


def test_a_comma_is_no_part_of_a_tag_value(here: Here) -> None:
    with pytest.raises(ClientError, match="must be a valid tag value"):
        here.profile(Tags=[{"Key": "dn", "Value": "CN=Amara,DC=corp"}])


def test_names_are_one_whatever_their_case(here: Here) -> None:
    here.profile("amara")
    with pytest.raises(ClientError) as refused:
        here.profile("Amara")
    assert code(refused) == "ResourceInUse"


def test_what_runs_is_in_the_way_of_deleting_what_it_runs_in(here: Here) -> None:
    here.profile()
    app = {"DomainId": DOMAIN, "UserProfileName": "amara", "AppType": "JupyterServer", "AppName": "default"}
    here.api.create_app(**app)
    here.later()
    with pytest.raises(ClientError) as refused:
        here.api.delete_user_profile(DomainId=DOMAIN, UserProfileName="amara")
    assert code(refused) == "ResourceInUse"
    here.api.delete_app(**app)
    here.later()
    assert here.api.describe_app(**app)["Status"] == "Deleted"
    here.api.delete_user_profile(DomainId=DOMAIN, UserProfileName="amara")
    here.later()
    with pytest.raises(ClientError) as gone:
        here.status()
    assert code(gone) == "ResourceNotFound"


def test_a_profile_in_transition_is_not_updated(here: Here) -> None:
    here.profile()
    here.api.update_user_profile(DomainId=DOMAIN, UserProfileName="amara", UserSettings={})
    with pytest.raises(ClientError) as refused:
        here.api.update_user_profile(DomainId=DOMAIN, UserProfileName="amara", UserSettings={})
    assert code(refused) == "ResourceInUse"


def test_lists_come_in_pages_of_ten_unless_asked_otherwise(here: Here) -> None:
    for number in range(12):
        here.profile(f"p{number}")
    first = here.api.list_user_profiles(DomainIdEquals=DOMAIN)
    assert len(first["UserProfiles"]) == 10
    rest = here.api.list_user_profiles(DomainIdEquals=DOMAIN, NextToken=first["NextToken"])
    assert len(rest["UserProfiles"]) == 2
    assert "NextToken" not in rest


def test_the_tagging_api_knows_what_was_ever_tagged_and_nothing_else(here: Here) -> None:
    here.profile("tagged", Tags=[{"Key": "team", "Value": "vision"}])
    here.profile("plain")
    tagging = boto3.client("resourcegroupstaggingapi")
    found = tagging.get_resources(ResourceTypeFilters=["sagemaker:user-profile"])["ResourceTagMappingList"]
    assert [each["ResourceARN"].rpartition("/")[2] for each in found] == ["tagged"]
    assert tagging.get_resources(ResourceTypeFilters=["sagemaker:space"])["ResourceTagMappingList"] == []


def test_a_link_opens_studio_once_and_in_time(here: Here) -> None:
    here.profile()

    def token(**more: int) -> str:
        url: str = here.api.create_presigned_domain_url(DomainId=DOMAIN, UserProfileName="amara", **more)[
            "AuthorizedUrl"
        ]
        return url.partition("token=")[2]

    first = token(ExpiresInSeconds=20)
    status, page = open_page(here.backend, first)
    assert status == 200
    assert "stand-in" in page
    assert here.role in page
    assert open_page(here.backend, first)[0] == 403
    late = token(ExpiresInSeconds=20)
    here.clock.advance(timedelta(seconds=21))
    assert open_page(here.backend, late)[0] == 403
    with pytest.raises(ClientError, match="less than or equal to 300"):
        token(ExpiresInSeconds=301)
