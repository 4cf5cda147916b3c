"""The fake's DynamoDB, EventBridge, STS and S3, as boto3 sees them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.night.stand_in import StandIn

Clients = Callable[..., Any]
KILOBYTE = "x" * 1000


def binding(number: int) -> dict[str, Any]:
    """About 1,100 bytes as DynamoDB counts them."""
    return {
        "pk": {"S": f"person#{number:05}"},
        "sk": {"S": "binding#analytics"},
        "domain": {"S": "analytics"},
        "profile": {"S": f"person-{9999 - number:05}"},
        "tags": {"S": KILOBYTE},
    }


@pytest.fixture
def dynamodb(client: Clients) -> Any:
    return client("dynamodb")


def by_domain(dynamodb: Any, **more: Any) -> list[dict[str, Any]]:
    """The pages of a query of the index."""
    return list(
        dynamodb.get_paginator("query").paginate(
            TableName="ledger",
            IndexName="by_domain",
            KeyConditionExpression="#domain = :domain",
            ExpressionAttributeNames={"#domain": "domain"},
            ExpressionAttributeValues={":domain": {"S": "analytics"}},
            **more,
        )
    )


def test_an_index_is_read_a_megabyte_at_a_time_in_its_order(aws: StandIn, dynamodb: Any) -> None:
    aws.items({"ledger": [*(binding(number) for number in range(3000)), {"pk": {"S": "x"}, "sk": {"S": "standing"}}]})
    pages = by_domain(dynamodb)
    sizes = [len(page["Items"]) for page in pages]
    profiles = [item["profile"]["S"] for page in pages for item in page["Items"]]
    assert (len(sizes), len(set(sizes[:-1])), sum(sizes)) == (4, 1, 3000)
    assert 2**20 / 1200 < sizes[0] < 2**20 / 1050
    assert profiles == sorted(profiles)
    assert aws.calls() == {"dynamodb:Query": 4}


def test_a_limit_is_a_page(aws: StandIn, dynamodb: Any) -> None:
    aws.items({"limited": [binding(number) for number in range(5)]})
    first = dynamodb.scan(TableName="limited", Limit=3)
    second = dynamodb.scan(TableName="limited", Limit=3, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [item["pk"]["S"][-1] for item in first["Items"] + second["Items"]] == list("01234")
    assert "LastEvaluatedKey" not in second


def test_one_persons_items_are_those_of_the_key(aws: StandIn, dynamodb: Any) -> None:
    aws.items({"people": [{"pk": {"S": pk}, "sk": {"S": sk}} for pk in "ab" for sk in ("1", "2", "20", "3")]})

    def found(condition: str, **values: str) -> list[str]:
        given = {f":{name}": {"S": value} for name, value in values.items()}
        answer = dynamodb.query(
            TableName="people", KeyConditionExpression=condition, ExpressionAttributeValues=given, ConsistentRead=True
        )
        return [item["sk"]["S"] for item in answer["Items"]]

    assert found("pk = :pk", pk="a") == ["1", "2", "20", "3"]
    assert found("pk = :pk AND sk >= :from", pk="b", **{"from": "20"}) == ["20", "3"]
    assert found("pk = :pk AND begins_with(sk, :start)", pk="b", start="2") == ["2", "20"]
    assert found("pk = :pk", pk="c") == []


def test_what_is_written_is_read(dynamodb: Any) -> None:
    key = {"pk": {"S": "lease"}, "sk": {"S": "night"}}
    dynamodb.put_item(TableName="written", Item={**key, "holder": {"S": "one"}, "round": {"N": "1"}})
    dynamodb.update_item(
        TableName="written",
        Key=key,
        UpdateExpression="SET #holder = :holder REMOVE round",
        ExpressionAttributeNames={"#holder": "holder"},
        ExpressionAttributeValues={":holder": {"S": "two"}},
    )
    assert dynamodb.get_item(TableName="written", Key=key)["Item"] == {**key, "holder": {"S": "two"}}
    dynamodb.delete_item(TableName="written", Key=key)
    assert "Item" not in dynamodb.get_item(TableName="written", Key=key)


def test_batches_are_written_and_read(dynamodb: Any) -> None:
    items = [{"pk": {"S": f"p{number}"}, "sk": {"S": "s"}} for number in range(25)]
    dynamodb.batch_write_item(RequestItems={"batched": [{"PutRequest": {"Item": item}} for item in items]})
    answer = dynamodb.batch_get_item(RequestItems={"batched": {"Keys": [*items, {"pk": {"S": "p"}, "sk": {"S": "s"}}]}})
    assert answer["Responses"]["batched"] == items
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb.batch_write_item(RequestItems={"batched": [{"PutRequest": {"Item": items[0]}}] * 26})


@pytest.mark.parametrize("more", [{"FilterExpression": "door = :domain"}, {"Select": "COUNT"}])
def test_what_is_not_known_is_refused_and_not_passed_over(dynamodb: Any, more: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="is not known here"):
        by_domain(dynamodb, **more)


def test_entries_of_events_are_counted(aws: StandIn, client: Clients) -> None:
    events = client("events")
    entry = {"Source": "bench", "DetailType": "change", "Detail": "{}"}
    assert events.put_events(Entries=[entry] * 10)["FailedEntryCount"] == 0
    events.put_events(Entries=[entry] * 3)
    with pytest.raises(ClientError, match="ValidationException"):
        events.put_events(Entries=[entry] * 11)
    count = aws.counts()["operations"]["events:PutEvents"]
    assert (count["calls"], count["entries"], count["failed"]) == (3, 13, 1)


def test_sts_says_who_and_gives_roles(client: Clients) -> None:
    sts = client("sts")
    assert sts.get_caller_identity()["Account"] == "111122223333"
    given = sts.assume_role(RoleArn="arn:aws:iam::444455556666:role/spoke", RoleSessionName="bench")
    assert given["AssumedRoleUser"]["Arn"] == "arn:aws:iam::444455556666:role/spoke"
    assert given["Credentials"]["Expiration"] > datetime.now(UTC)


def test_an_object_is_read_as_it_was_written_and_only_if_it_is_another(client: Clients) -> None:
    s3, place = client("s3"), {"Bucket": "records", "Key": "night/2026 11.json"}
    etag = s3.put_object(**place, Body=b"{}")["ETag"]
    assert s3.get_object(**place)["Body"].read() == b"{}"
    with pytest.raises(ClientError, match="304"):
        s3.get_object(**place, IfNoneMatch=etag)
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="records", Key="nothing")


def test_an_unknown_operation_is_counted_and_refused(aws: StandIn, client: Clients) -> None:
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client("sagemaker").list_actions()
    with pytest.raises(ClientError, match="UnknownOperationException"):
        client("iam").list_users()
    assert aws.calls() == {"iam:ListUsers": 1, "sagemaker:ListActions": 1}
