"""What those who read directories and offboard people ask for: judged in moto as AWS judges it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ACCOUNT, REGION, Account

STORE = "d-1234567890"
READING = ["ListUsers", "ListGroups", "GetGroupId", "ListGroupMemberships", "DescribeUser", "DescribeGroup"]


@pytest.fixture
def people(account: Account) -> tuple[str, str]:
    """A group with one user in it; their ids."""
    client = account.client("identitystore")
    user = client.create_user(IdentityStoreId=STORE, UserName="amara", DisplayName="Amara", Name=NAME)["UserId"]
    group = client.create_group(IdentityStoreId=STORE, DisplayName="science")["GroupId"]
    client.create_group_membership(IdentityStoreId=STORE, GroupId=group, MemberId={"UserId": user})
    return user, group


NAME = {"GivenName": "Amara", "FamilyName": "Okafor"}


def reading(client: Any, user: str, group: str) -> dict[str, Callable[[], Any]]:
    named: Any = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "science"}}
    return {
        "ListUsers": lambda: client.list_users(IdentityStoreId=STORE)["Users"][0]["UserId"],
        "ListGroups": lambda: client.list_groups(IdentityStoreId=STORE)["Groups"][0]["GroupId"],
        "GetGroupId": lambda: client.get_group_id(IdentityStoreId=STORE, AlternateIdentifier=named)["GroupId"],
        "ListGroupMemberships": lambda: client.list_group_memberships(IdentityStoreId=STORE, GroupId=group)[
            "GroupMemberships"
        ][0]["MemberId"]["UserId"],
        "DescribeUser": lambda: client.describe_user(IdentityStoreId=STORE, UserId=user)["UserId"],
        "DescribeGroup": lambda: client.describe_group(IdentityStoreId=STORE, GroupId=group)["GroupId"],
    }


def test_a_role_reads_an_identity_store_that_its_policy_names(account: Account, people: tuple[str, str]) -> None:
    user, group = people
    resources = [f"arn:aws:identitystore::{ACCOUNT}:identitystore/{STORE}"]
    resources += [f"arn:aws:identitystore:::{kind}/*" for kind in ("user", "group", "membership")]
    actions = [f"identitystore:{each}" for each in READING]
    reader = account.client("identitystore", account.session("reader", {"Action": actions, "Resource": resources}))
    answers = {name: ask() for name, ask in reading(reader, user, group).items()}
    assert set(answers.values()) == {user, group}


def test_the_store_alone_is_not_enough_and_nothing_is_refused_as_json(
    account: Account, people: tuple[str, str]
) -> None:
    store = {"Action": "identitystore:*", "Resource": f"arn:aws:identitystore::{ACCOUNT}:identitystore/{STORE}"}
    reader = account.client("identitystore", account.session("reader", store))
    for ask in reading(reader, *people).values():
        with pytest.raises(ClientError, match="arn:aws:identitystore:::") as refused:
            ask()
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_writes_are_bound_to_the_keys_that_the_policy_names(account: Account) -> None:
    operator = account.client("dynamodb")
    operator.create_table(
        TableName="ledger",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {
        "Action": [f"dynamodb:{each}" for each in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")],
        "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger",
        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["person#*"]}},
    }
    writer = account.client("dynamodb", account.session("writer", own))

    def writes(pk: str) -> tuple[Callable[[], Any], ...]:
        key: Any = {"pk": {"S": pk}}
        put, delete = {"Put": {"TableName": "ledger", "Item": key}}, {"Delete": {"TableName": "ledger", "Key": key}}
        return (
            lambda: writer.put_item(TableName="ledger", Item=key),
            lambda: writer.update_item(
                TableName="ledger", Key=key, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": {"N": "1"}}
            ),
            lambda: writer.delete_item(TableName="ledger", Key=key),
            lambda: writer.batch_write_item(RequestItems={"ledger": [{"PutRequest": {"Item": key}}]}),
            lambda: writer.transact_write_items(TransactItems=[delete]),
            lambda: writer.transact_write_items(TransactItems=[put]),
        )

    for write in writes("person#1"):
        write()
    for write in writes("holds"):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            write()


def test_messages_and_objects_go_only_where_the_policy_says(account: Account) -> None:
    account.client("s3").create_bucket(Bucket="records", CreateBucketConfiguration={"LocationConstraint": REGION})
    urls = [account.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("people", "others")]
    credentials = account.session(
        "offboarding",
        {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::records/offboarded/*"},
        {"Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:people"},
    )
    s3, sqs = account.client("s3", credentials), account.client("sqs", credentials)
    batch: Any = [{"Id": "1", "MessageBody": "x"}]
    s3.put_object(Bucket="records", Key="offboarded/amara.json", Body=b"{}")
    sqs.send_message(QueueUrl=urls[0], MessageBody="x", DelaySeconds=1)
    sqs.send_message_batch(QueueUrl=urls[0], Entries=batch)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: s3.put_object(Bucket="records", Key="elsewhere", Body=b"{}"),
        lambda: sqs.send_message(QueueUrl=urls[1], MessageBody="x"),
        lambda: sqs.send_message_batch(QueueUrl=urls[1], Entries=batch),
    )
    for attempt in attempts:
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


@pytest.mark.parametrize("kind", ["space", "user-profile"])
def test_only_what_carries_our_tag_is_deleted(account: Account, kind: str) -> None:
    own = {
        "Action": ["sagemaker:DeleteSpace", "sagemaker:DeleteUserProfile"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/managed-by": "studio-concierge"}},
    }
    key = account.session("offboarding", own)["AccessKeyId"]
    studio = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind}/d-1/"
    account.studio_tags[f"{studio}ours"] = {"managed-by": "studio-concierge"}
    account.studio_tags[f"{studio}theirs"] = {"managed-by": "somebody"}
    action = "sagemaker:DeleteSpace" if kind == "space" else "sagemaker:DeleteUserProfile"
    decided = [account.gate.authorize(key, action, studio + name).allowed for name in ("ours", "theirs", "untagged")]
    assert decided == [True, False, False]
