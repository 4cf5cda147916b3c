"""Batches of one queue side by side: different groups overlap, one group never does and keeps its order."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from local.events.fifo import sqs_rules
from local.events.queues import Poller
from local.moto_server import reset
from local.operator import OperatorSession
from local.runtime.worker import Result

ACCOUNT, REGION = "123456789012", "eu-west-1"


@dataclass
class Handler:
    """Stands for a function that takes `seconds`, and fails a message as often as `fails` says of its body."""

    seconds: float = 0.02
    fails: dict[str, int] = field(default_factory=dict)
    spans: list[tuple[float, float, list[tuple[str, str]]]] = field(default_factory=list)
    running: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, _function: str, payload: Any) -> Result:
        began = time.monotonic()
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(self.seconds)
        records = payload["Records"]
        failed = []
        with self.lock:
            self.running -= 1
            for record in records:
                if self.fails.get(record["body"], 0):
                    self.fails[record["body"]] -= 1
                    failed.append({"itemIdentifier": record["messageId"]})
            handled = [(record["attributes"].get("MessageGroupId", ""), record["body"]) for record in records]
            self.spans.append((began, time.monotonic(), handled))
        return Result(ok=True, body=json.dumps({"batchItemFailures": failed}).encode())

    @property
    def bodies(self) -> list[str]:
        """In the order of their beginning."""
        return [body for _, _, handled in sorted(self.spans) for _, body in handled]

    def of(self, group: str) -> list[str]:
        return [body for _, _, handled in sorted(self.spans) for of, body in handled if of == group]


@pytest.fixture(scope="module")
def sqs() -> Iterator[Any]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    reset(f"http://{host}:{port}")
    try:
        with sqs_rules(lambda: datetime.now(UTC)):
            yield OperatorSession(f"http://{host}:{port}", REGION).client("sqs")
    finally:
        server.stop()


@pytest.fixture
def line(sqs: Any) -> str:
    """A FIFO queue of the test's own."""
    name = f"{uuid.uuid4()}.fifo"
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "1", "DeduplicationScope": "messageGroup"}
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def mapping(url: str, most: int | None, batch: int = 1) -> Mapping[str, Any]:
    scaling = {} if most is None else {"ScalingConfig": {"MaximumConcurrency": most}}
    return {
        "EventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{url.rpartition('/')[2]}",
        "FunctionName": "handler",
        "BatchSize": batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        **scaling,
    }


@contextmanager
def polling(sqs: Any, handler: Handler, mapped: Mapping[str, Any], concurrency: int = 3) -> Iterator[Poller]:
    poller = Poller(sqs, mapped, handler, concurrency=concurrency)
    poller.start()
    try:
        yield poller
    finally:
        poller.close()


def drained(poller: Poller) -> None:
    deadline = time.monotonic() + 20
    while moving := poller.moving:
        assert time.monotonic() < deadline, moving
        time.sleep(0.02)


def send(sqs: Any, url: str, group: str, *bodies: str) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body)


def test_groups_run_side_by_side_and_none_twice_or_out_of_order(sqs: Any, line: str) -> None:
    handler = Handler(seconds=0.1)
    for number in range(5):
        for group in "abcd":
            send(sqs, line, group, f"{group}{number}")
    with polling(sqs, handler, mapping(line, 10)) as poller:
        drained(poller)
    spans = defaultdict(list)
    for began, ended, ((group, _),) in sorted(handler.spans):
        spans[group].append((began, ended))
    for group, of_group in spans.items():
        assert handler.of(group) == [f"{group}{number}" for number in range(5)]
        assert all(one[1] <= other[0] for one, other in pairwise(of_group))
    assert len(spans) == 4
    assert handler.most == 3


@pytest.mark.parametrize(("most", "expected"), [(None, 1), (2, 2)])
def test_a_mapping_says_how_many_run_at_once(sqs: Any, line: str, most: int | None, expected: int) -> None:
    handler = Handler(seconds=0.05)
    for group in "abcdef":
        send(sqs, line, group, f"{group}-{most}")
    with polling(sqs, handler, mapping(line, most)) as poller:
        drained(poller)
    assert len(handler.bodies) == 6
    assert handler.most == expected


def test_a_failed_message_holds_its_group_up_and_no_other(sqs: Any, line: str) -> None:
    handler = Handler(fails={"a0": 1})
    send(sqs, line, "a", "a0", "a1", "a2")
    send(sqs, line, "b", "b0", "b1", "b2")
    with polling(sqs, handler, mapping(line, 10)) as poller:
        drained(poller)
    assert handler.of("a") == ["a0", "a0", "a1", "a2"]
    assert handler.bodies.index("b2") < len(handler.bodies) - 3
    first, second = (began for began, _, handled in sorted(handler.spans) if handled == [("a", "a0")])
    assert second - first >= 0.9  # the queue's own timeout


def test_a_batch_that_comes_back_comes_back_in_order(sqs: Any, line: str) -> None:
    handler = Handler(fails={"one": 1, "two": 1, "three": 1})
    send(sqs, line, "a", "one", "two", "three")
    with polling(sqs, handler, mapping(line, 10, batch=10)) as poller:
        drained(poller)
    assert handler.of("a") == ["one", "two", "three"] * 2


def test_a_message_in_hand_stays_hidden_longer_than_its_queue_says(sqs: Any, line: str) -> None:
    sqs.set_queue_attributes(QueueUrl=line, Attributes={"VisibilityTimeout": "0"})
    handler = Handler(seconds=0.3, fails={"one": 1})
    send(sqs, line, "a", "one", "two")
    with polling(sqs, handler, mapping(line, 10)) as poller:
        assert "hidden" in poller.moving
        drained(poller)
    assert handler.of("a") == ["one", "one", "two"]
    assert handler.most == 1


def test_what_is_sent_while_others_receive_and_delete_is_not_lost(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="crowded")["QueueUrl"]
    handler = Handler(seconds=0.001)

    def sender(name: str) -> None:
        for number in range(20):
            sqs.send_message(QueueUrl=url, MessageBody=f"{name}{number}")

    senders = [threading.Thread(target=sender, args=(name,)) for name in "xyz"]
    with polling(sqs, handler, mapping(url, 3, batch=4)) as poller:
        for each in senders:
            each.start()
        for each in senders:
            each.join()
        drained(poller)
    assert sorted(handler.bodies) == sorted(f"{name}{number}" for name in "xyz" for number in range(20))
