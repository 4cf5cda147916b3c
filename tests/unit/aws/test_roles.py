"""Execution roles in IAM: repeating a step is a success."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from concierge.aws.roles import IamRoles
from concierge.errors import AwsError, Denied
from concierge.onboarding.desired import RoleSpec

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'
NAME = "studio-exec-amara-0123"


@pytest.fixture
def roles() -> Iterator[IamRoles]:
    with mock_aws():
        yield IamRoles(client=boto3.client("iam"))


@pytest.fixture
def policy(roles: IamRoles) -> str:
    arn = roles.client.create_policy(PolicyName="shared", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    return str(arn)


def spec(boundary: str) -> RoleSpec:
    return RoleSpec(
        name=NAME,
        arn=f"arn:aws:iam::123456789012:role/studio/exec/{NAME}",
        trust=TRUST,
        boundary=boundary,
        tags={"managed-by": "studio-concierge", "persona": "data-scientist"},
        inline_policies={},
        managed_policies=(),
    )


def test_a_role_is_born_with_path_boundary_and_tags(roles: IamRoles, policy: str) -> None:
    assert roles.find(NAME) is None
    roles.create(spec(policy))
    found = roles.find(NAME)
    assert found is not None
    assert found.is_ours
    assert found.arn == spec(policy).arn
    boundary = roles.client.get_role(RoleName=NAME)["Role"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"] == policy


def test_every_step_may_be_repeated(roles: IamRoles, policy: str) -> None:
    for _ in range(2):
        roles.create(spec(policy))
        roles.put_policy(NAME, "persona", DOCUMENT)
        roles.attach(NAME, policy)
    found = roles.find(NAME)
    assert found is not None
    assert json.loads(found.inline_policies["persona"]) == json.loads(DOCUMENT)
    assert found.managed_policies == {policy}
    for _ in range(2):
        roles.delete_policy(NAME, "persona")
        roles.detach(NAME, policy)
    emptied = roles.find(NAME)
    assert emptied is not None
    assert (emptied.inline_policies, emptied.managed_policies) == ({}, frozenset())


def test_what_iam_refuses_keeps_its_own_code(roles: IamRoles, policy: str) -> None:
    roles.create(spec(policy))
    with pytest.raises(AwsError) as refused:
        roles.put_policy(NAME, "persona", "not a policy")
    assert refused.value.operation == "iam:PutRolePolicy"
    assert refused.value.code == "MalformedPolicyDocument"


def test_a_shared_role_that_somebody_else_made_a_moment_ago_is_taken_and_a_refusal_stays_one(
    roles: IamRoles, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        error = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: iam:TagRole"}}
        raise ClientError(error, "CreateRole")  # type: ignore[arg-type]  # as much of an answer as is read

    first = spec(policy)
    roles.create(first)
    monkeypatch.setattr(roles.client, "create_role", refused)
    roles.create(first)
    with pytest.raises(Denied):
        roles.create(replace(first, name="studio-exec-nobody-made-it"))


def test_a_role_is_deleted_with_its_policies_and_again(roles: IamRoles, policy: str) -> None:
    roles.create(spec(policy))
    roles.put_policy(NAME, "persona", DOCUMENT)
    roles.attach(NAME, policy)
    found = roles.find(NAME)
    assert found is not None
    roles.delete(found)
    assert roles.find(NAME) is None
    roles.delete(found)
