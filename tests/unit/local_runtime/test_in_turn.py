"""A transaction that fails takes nothing with it that others wrote meanwhile."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from local.in_turn import in_turn
from local.moto_server import reset
from local.operator import OperatorSession


def test_a_failing_transaction_undoes_nobody_elses_writes() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        reset(f"http://{host}:{port}")
        with in_turn(), ThreadPoolExecutor(3) as threads:
            dynamodb: Any = OperatorSession(f"http://{host}:{port}", "eu-west-1").client("dynamodb")
            dynamodb.create_table(
                TableName="ledger",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )

            for number in range(20):  # a copy of so many takes its time
                items = [{"pk": {"S": f"old {number}.{each}"}} for each in range(25)]
                dynamodb.batch_write_item(RequestItems={"ledger": [{"PutRequest": {"Item": each}} for each in items]})

            def put(number: int) -> None:
                dynamodb.put_item(TableName="ledger", Item={"pk": {"S": f"item {number}"}})

            def fail(_: int) -> None:
                check = {"TableName": "ledger", "Key": {"pk": {"S": "nobody"}}}
                condition = {"ConditionExpression": "attribute_exists(pk)"}
                with pytest.raises(ClientError, match="ConditionalCheckFailed"):
                    dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": {**check, **condition}}])

            done = [threads.submit(work, number) for number in range(60) for work in (put, fail)]
            for each in done:
                each.result()
            assert dynamodb.scan(TableName="ledger", Select="COUNT")["Count"] == 560
    finally:
        server.stop()
