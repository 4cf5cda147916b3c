"""From an API call to the actions, resources and condition keys that IAM judges it by."""

from __future__ import annotations

from typing import Any

import pytest

from local.gate.authorization import needs
from local.gate.calls import ApiCall, Need, Unresolvable

ACCOUNT, REGION = "123456789012", "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/studio/exec/amara"
LEDGER = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:ad/reader-AbCdEf"
STUDIO = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


class Known:
    def role_arn(self, account: str, name: str) -> str:
        return f"arn:aws:iam::{account}:role/studio/exec/{name}"

    def hash_key(self, account: str, region: str, table: str, index: str | None) -> str:
        return {None: "pk", "by_login": "login"}[index]

    def secret_arn(self, account: str, region: str, secret: str) -> str:
        return SECRET if secret in ("ad/reader", SECRET) else ""


def of(service: str, operation: str, **parameters: Any) -> tuple[Need, ...]:
    call = ApiCall(service=service, operation=operation, parameters=parameters, account=ACCOUNT, region=REGION)
    return needs(call, Known())


def pairs(found: tuple[Need, ...]) -> list[tuple[str, str]]:
    return [(each.action, each.resource) for each in found]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("s3", "GetObject", {"Bucket": "b", "Key": "a/k"}, ("s3:GetObject", "arn:aws:s3:::b/a/k")),
        ("s3", "HeadObject", {"Bucket": "b", "Key": "k"}, ("s3:GetObject", "arn:aws:s3:::b/k")),
        ("s3", "ListObjectsV2", {"Bucket": "b"}, ("s3:ListBucket", "arn:aws:s3:::b")),
        ("s3", "ListBuckets", {}, ("s3:ListAllMyBuckets", "*")),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "f"},
            ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
        ),
        (
            "lambda",
            "Invoke",
            {"FunctionName": "arn:aws:lambda:us-east-1:1:function:g"},
            ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:1:function:g"),
        ),
        (
            "scheduler",
            "GetSchedule",
            {"Name": "n"},
            ("scheduler:GetSchedule", f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/n"),
        ),
        (
            "sqs",
            "ChangeMessageVisibility",
            {"QueueUrl": "http://x/1/q.fifo"},
            ("sqs:ChangeMessageVisibility", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q.fifo"),
        ),
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": "http://x/1/q"},
            ("sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
        ),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:eu-west-1:1:t"}, ("sns:Publish", "arn:aws:sns:eu-west-1:1:t")),
        ("dynamodb", "Query", {"TableName": "ledger"}, ("dynamodb:Query", LEDGER)),
        (
            "dynamodb",
            "Query",
            {"TableName": "ledger", "IndexName": "by_login"},
            ("dynamodb:Query", f"{LEDGER}/index/by_login"),
        ),
        ("dynamodb", "PutItem", {"TableName": LEDGER}, ("dynamodb:PutItem", LEDGER)),
        (
            "ssm",
            "GetParameter",
            {"Name": "/a/b"},
            ("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b"),
        ),
        ("secretsmanager", "GetSecretValue", {"SecretId": "ad/reader"}, ("secretsmanager:GetSecretValue", SECRET)),
        ("secretsmanager", "GetSecretValue", {"SecretId": SECRET}, ("secretsmanager:GetSecretValue", SECRET)),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "nothing"},
            ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:nothing"),
        ),
        ("tagging", "GetResources", {}, ("tag:GetResources", "*")),
        ("monitoring", "PutMetricData", {}, ("cloudwatch:PutMetricData", "*")),
        ("iam", "GetRole", {"RoleName": "amara"}, ("iam:GetRole", ROLE)),
        (
            "iam",
            "CreateRole",
            {"RoleName": "x", "Path": "/studio/exec/"},
            ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/studio/exec/x"),
        ),
        ("iam", "CreateRole", {"RoleName": "x"}, ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/x")),
        (
            "iam",
            "GetSAMLProvider",
            {"SAMLProviderArn": "arn:aws:iam::1:saml-provider/corp"},
            ("iam:GetSAMLProvider", "arn:aws:iam::1:saml-provider/corp"),
        ),
        ("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "x"}, ("sts:AssumeRole", ROLE)),
        ("sagemaker", "ListApps", {"DomainIdEquals": "d-1"}, ("sagemaker:ListApps", "*")),
        (
            "sagemaker",
            "DescribeUserProfile",
            {"DomainId": "d-1", "UserProfileName": "Amara"},
            ("sagemaker:DescribeUserProfile", f"{STUDIO}:user-profile/d-1/amara"),
        ),
        (
            "sagemaker",
            "CreatePresignedDomainUrl",
            {"DomainId": "d-1", "UserProfileName": "a"},
            ("sagemaker:CreatePresignedDomainUrl", f"{STUDIO}:user-profile/d-1/a"),
        ),
        (
            "sagemaker",
            "DeleteApp",
            {"DomainId": "d-1", "SpaceName": "s", "AppType": "JupyterLab", "AppName": "default"},
            ("sagemaker:DeleteApp", f"{STUDIO}:app/d-1/s/jupyterlab/default"),
        ),
        (
            "sagemaker",
            "DeleteApp",
            {"DomainId": "d-1", "UserProfileName": "u", "AppType": "JupyterServer", "AppName": "default"},
            ("sagemaker:DeleteApp", f"{STUDIO}:app/d-1/u/jupyterserver/default"),
        ),
        (
            "sagemaker",
            "ListTags",
            {"ResourceArn": f"{STUDIO}:space/d-1/s"},
            ("sagemaker:ListTags", f"{STUDIO}:space/d-1/s"),
        ),
        ("sagemaker", "CreateDomain", {"DomainName": "x"}, ("sagemaker:CreateDomain", f"{STUDIO}:domain/*")),
        (
            "events",
            "PutEvents",
            {"Entries": [{"EventBusName": "audit"}]},
            ("events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/audit"),
        ),
    ],
)
def test_a_call_needs_its_action_on_its_resource(
    service: str, operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert pairs(of(service, operation, **parameters)) == [expected]


def test_a_profile_with_tags_and_a_role_needs_to_tag_and_to_pass() -> None:
    found = of(
        "sagemaker",
        "CreateUserProfile",
        DomainId="d-1",
        UserProfileName="amara",
        UserSettings={
            "ExecutionRole": ROLE,
            "JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.t3.medium"}},
        },
        Tags=[{"Key": "team", "Value": "fraud"}],
    )
    profile = f"{STUDIO}:user-profile/d-1/amara"
    assert pairs(found) == [
        ("sagemaker:CreateUserProfile", profile),
        ("sagemaker:AddTags", profile),
        ("iam:PassRole", ROLE),
    ]
    assert [each.dependent for each in found] == [False, True, True]
    assert found[0].context["aws:requesttag/team"] == ("fraud",)
    assert found[0].context["aws:tagkeys"] == ("team",)
    assert found[0].context["sagemaker:instancetypes"] == ("ml.t3.medium",)
    assert found[2].context["iam:passedtoservice"] == ("sagemaker.amazonaws.com",)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        (
            "sagemaker",
            "UpdateUserProfile",
            {"DomainId": "d", "UserProfileName": "u", "UserSettings": {"ExecutionRole": ROLE}},
        ),
        ("sagemaker", "CreateDomain", {"DefaultUserSettings": {"ExecutionRole": ROLE}}),
        ("scheduler", "CreateSchedule", {"Name": "n", "Target": {"RoleArn": ROLE}}),
        ("lambda", "CreateFunction", {"FunctionName": "f", "Role": ROLE}),
    ],
)
def test_whoever_hands_a_role_to_a_service_needs_to_pass_it(
    service: str, operation: str, parameters: dict[str, Any]
) -> None:
    assert ("iam:PassRole", ROLE) in pairs(of(service, operation, **parameters))


def test_a_role_with_tags_and_a_session_with_tags_need_to_tag() -> None:
    tags = [{"Key": "studiouserid", "Value": "amara"}]
    created = of("iam", "CreateRole", RoleName="amara", Path="/studio/exec/", Tags=tags, PermissionsBoundary="arn:b")
    assert [each.action for each in created] == ["iam:CreateRole", "iam:TagRole"]
    assert created[1].context["iam:permissionsboundary"] == ("arn:b",)
    assumed = of(
        "sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="amara", Tags=tags, SourceIdentity="a", ExternalId="e"
    )
    assert [each.action for each in assumed] == ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    assert assumed[0].context["sts:externalid"] == ("e",)
    assert assumed[0].context["sts:rolesessionname"] == ("amara",)


@pytest.mark.parametrize(
    ("operation", "parameters", "kinds"),
    [
        ("ListUsers", {}, {"user/*"}),
        ("ListGroups", {}, {"group/*"}),
        ("GetGroupId", {"AlternateIdentifier": {}}, {"group/*"}),
        ("DescribeUser", {"UserId": "u-1"}, {"user/u-1"}),
        ("DescribeGroup", {"GroupId": "g-1"}, {"group/g-1"}),
        ("ListGroupMemberships", {"GroupId": "g-1"}, {"group/g-1", "membership/*"}),
    ],
)
def test_a_call_to_an_identity_store_needs_the_store_and_what_is_in_it(
    operation: str, parameters: dict[str, Any], kinds: set[str]
) -> None:
    found = of("identitystore", operation, IdentityStoreId="d-1", **parameters)
    store = f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-1"
    assert {each.action for each in found} == {f"identitystore:{operation}"}
    assert {each.resource for each in found} == {store, *(f"arn:aws:identitystore:::{kind}" for kind in kinds)}


def test_writes_of_every_form_name_their_leading_keys() -> None:
    key = {"pk": {"S": "alias#a"}}
    requests = [{"PutRequest": {"Item": key}}, {"DeleteRequest": {"Key": {"pk": {"S": "alias#b"}}}}]
    found = [
        *of("dynamodb", "UpdateItem", TableName="ledger", Key=key),
        *of("dynamodb", "DeleteItem", TableName="ledger", Key=key),
        *of("dynamodb", "BatchWriteItem", RequestItems={"ledger": requests}),
    ]
    assert [each.action.partition(":")[2] for each in found] == ["UpdateItem", "DeleteItem", "BatchWriteItem"]
    keys = [each.context["dynamodb:leadingkeys"] for each in found]
    assert keys == [("alias#a",), ("alias#a",), ("alias#a", "alias#b")]


def test_a_transaction_needs_what_each_item_needs() -> None:
    found = of(
        "dynamodb",
        "TransactWriteItems",
        TransactItems=[
            {"Put": {"TableName": "ledger", "Item": {"pk": {"S": "person#1"}}}},
            {"Update": {"TableName": "ledger", "Key": {"pk": {"S": "person#2"}}}},
            {"Delete": {"TableName": "ledger", "Key": {"pk": {"S": "person#3"}}}},
            {"ConditionCheck": {"TableName": "other", "Key": {"pk": {"S": "person#4"}}}},
        ],
    )
    assert [each.action.partition(":")[2] for each in found] == [
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "ConditionCheckItem",
    ]
    assert [each.context["dynamodb:leadingkeys"] for each in found] == [(f"person#{n}",) for n in (1, 2, 3, 4)]
    assert [each.dependent for each in found] == [False, True, True, True]


def test_a_batch_needs_every_table_it_names() -> None:
    keys = {"Keys": [{"pk": {"S": "alias#a"}}, {"pk": {"S": "alias#b"}}]}
    found = of("dynamodb", "BatchGetItem", RequestItems={"ledger": keys, "other": keys})
    assert [each.resource.rpartition("/")[2] for each in found] == ["ledger", "other"]
    assert found[0].context["dynamodb:leadingkeys"] == ("alias#a", "alias#b")


def test_events_for_two_buses_need_both_and_each_once() -> None:
    found = of(
        "events",
        "PutEvents",
        Entries=[{"EventBusName": "a"}, {"EventBusName": "arn:aws:events:r:1:event-bus/b"}, {"EventBusName": "a"}],
    )
    assert [each.resource.rpartition("/")[2] for each in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (
            {
                "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
                "ExpressionAttributeValues": {":p": {"S": "person#1"}, ":s": {"S": "binding#"}},
            },
            ("person#1",),
        ),
        (
            {
                "KeyConditionExpression": "#k = :p",
                "ExpressionAttributeNames": {"#k": "pk"},
                "ExpressionAttributeValues": {":p": {"S": "person#1"}},
            },
            ("person#1",),
        ),
        (
            {
                "IndexName": "by_login",
                "KeyConditionExpression": "login = :l",
                "ExpressionAttributeValues": {":l": {"S": "amara"}},
            },
            ("amara",),
        ),
        (
            {"KeyConditions": {"pk": {"AttributeValueList": [{"S": "person#1"}], "ComparisonOperator": "EQ"}}},
            ("person#1",),
        ),
    ],
)
def test_leading_keys_are_read_from_any_form_of_query(parameters: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert of("dynamodb", "Query", TableName="ledger", **parameters)[0].context["dynamodb:leadingkeys"] == expected


def test_a_copy_needs_to_read_its_source_and_a_multiple_delete_each_key() -> None:
    copied = of("s3", "PutObject", Bucket="to", Key="k", CopySource="/from/a/b?versionId=1")
    assert pairs(copied) == [("s3:PutObject", "arn:aws:s3:::to/k"), ("s3:GetObject", "arn:aws:s3:::from/a/b")]
    deleted = of("s3", "DeleteObjects", Bucket="b", Delete={"Objects": [{"Key": "x"}, {"Key": "y", "VersionId": "1"}]})
    assert pairs(deleted) == [("s3:DeleteObject", "arn:aws:s3:::b/x"), ("s3:DeleteObjectVersion", "arn:aws:s3:::b/y")]


@pytest.mark.parametrize(
    ("service", "operation", "message"),
    [("dynamodb", "PutItem", "cannot tell which resource"), ("sagemaker", "CreateCastle", "is no action")],
)
def test_a_call_that_names_no_resource_or_no_known_action_is_not_resolved(
    service: str, operation: str, message: str
) -> None:
    with pytest.raises(Unresolvable, match=message):
        of(service, operation)
