"""Studio checks what botocore does not: patterns, enums, lengths, tags, pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from local.studio.validation import problems

from .conftest import DOMAIN, Studio, refusal


def profile_with(**more: Any) -> dict[str, Any]:
    return {"DomainId": DOMAIN, "UserProfileName": "amara", **more}


@pytest.mark.parametrize("value", ["vision", "big vision", "a\u00a0b", "Zoë 9", "a_b.c:d/e=f+g-h@i", ""])
def test_letters_spaces_and_some_signs_make_a_tag_value(value: str) -> None:
    assert not problems("CreateUserProfile", profile_with(Tags=[{"Key": "team", "Value": value}]))


@pytest.mark.parametrize("value", ["CN=Amara,DC=corp", "a;b", "a\tb", "a\nb", "x" * 257])
def test_anything_else_makes_none(value: str) -> None:
    found = problems("CreateUserProfile", profile_with(Tags=[{"Key": "team", "Value": value}]))
    assert found.startswith("1 validation error detected: Value '")
    assert "at 'tags.1.member.value' failed to satisfy constraint" in found


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([{"Key": f"k{number}", "Value": ""} for number in range(51)], "length less than or equal to 50"),
        ([{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}], "Tag keys must be unique"),
        ([{"Key": "AWS:team", "Value": "a"}], "aws: prefixed tag key names are not allowed"),
        ([{"Key": "", "Value": "a"}], "length greater than or equal to 1"),
    ],
)
def test_tags_have_limits(tags: list[dict[str, str]], said: str) -> None:
    assert said in problems("CreateUserProfile", profile_with(Tags=tags))


@pytest.mark.parametrize("name", ["amara.okafor", "amara_okafor", "-amara", "amara-", "a" * 64, "zoë", ""])
def test_a_name_is_letters_digits_and_inner_hyphens(name: str) -> None:
    assert "at 'userProfileName' failed to satisfy constraint" in problems(
        "CreateUserProfile", profile_with(UserProfileName=name)
    )


def test_every_mistake_is_told_at_once_and_where_it_is() -> None:
    request = {"DomainId": DOMAIN, "AppType": "Notebook", "ResourceSpec": {"InstanceType": "m1.huge"}}
    found = problems("CreateApp", request)
    assert found.startswith("3 validation errors detected: ")
    assert "Value null at 'appName' failed to satisfy constraint: Member must not be null" in found
    assert "Value 'Notebook' at 'appType' failed to satisfy constraint: Member must satisfy enum value set: [" in found
    assert "Value 'm1.huge' at 'resourceSpec.instanceType'" in found


def test_what_is_sent_as_null_counts_as_missing() -> None:
    assert "Value null at 'userProfileName'" in problems("CreateUserProfile", profile_with(UserProfileName=None))


def test_a_lifecycle_configuration_has_at_most_16384_characters() -> None:
    request = {"StudioLifecycleConfigName": "idle", "StudioLifecycleConfigAppType": "JupyterLab"}
    assert not problems("CreateStudioLifecycleConfig", {**request, "StudioLifecycleConfigContent": "A" * 16_384})
    assert "16384" in problems("CreateStudioLifecycleConfig", {**request, "StudioLifecycleConfigContent": "A" * 16_385})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("ExpiresInSeconds", 4),
        ("ExpiresInSeconds", 301),
        ("SessionExpirationDurationInSeconds", 1799),
        ("SessionExpirationDurationInSeconds", 43_201),
    ],
)
def test_a_link_and_its_session_last_neither_too_short_nor_too_long(member: str, value: int) -> None:
    assert "Member must have value" in problems("CreatePresignedDomainUrl", profile_with(**{member: value}))


def test_a_client_that_checks_nothing_gets_awss_answer(studio: Studio) -> None:
    answer = urllib3.request(
        "POST",
        studio.endpoint,
        body=json.dumps({"DomainId": DOMAIN}),
        headers={
            "X-Amz-Target": "SageMaker.CreateUserProfile",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": "AWS4-HMAC-SHA256 Credential=AK/20300101/eu-west-1/sagemaker/aws4_request",
        },
    )
    assert answer.status == 400
    assert answer.json()["__type"] == "ValidationException"
    assert "Value null at 'userProfileName'" in answer.json()["message"]


def test_boto3_sees_a_validation_exception(studio: Studio) -> None:
    with pytest.raises(ClientError, match="failed to satisfy constraint") as refused:
        studio.profile("amara.okafor")
    assert refusal(refused) == "ValidationException"
