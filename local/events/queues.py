"""The poller between an SQS queue and its function: batches, partial failures, FIFO groups."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.runtime.functions import Closed
from local.runtime.worker import Result

Invoke = Callable[[str, object], Result]
Message = Mapping[str, Any]

_MOST_RECEIVED = 10  # ReceiveMessage, API reference; Lambda gathers larger batches from several calls
_WAIT_SECONDS = 1  # for a message, or a free hand; a stack that is closed waits as long at most
_IN_HAND_SECONDS = 12 * 3600  # the longest that SQS hides a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a function was given from a queue, and when; groups: its message groups, none of a standard queue.

    began, ended: seconds of a clock that only counts up.
    """

    queue: str
    groups: tuple[str, ...]
    began: float
    ended: float


class Poller:
    """One event source mapping.

    sqs:         the operator's client: what the function's role must allow is asked once, when the stack starts.
    concurrency: how many batches are handled side by side, where the mapping's MaximumConcurrency allows as many; a
                 mapping without one has one batch at a time.

    A batch in hand is hidden until it was handled, however long that takes, and what failed for the rest of the
    queue's own timeout.
    """

    def __init__(self, sqs: Any, mapping: Mapping[str, Any], invoke: Invoke, concurrency: int = 1) -> None:
        self._sqs = sqs
        self._arn = mapping["EventSourceArn"]
        self._url = sqs.get_queue_url(QueueName=self._arn.rpartition(":")[2])["QueueUrl"]
        self._function = mapping["FunctionName"]
        self._batch = min(_MOST_RECEIVED, int(mapping.get("BatchSize", _MOST_RECEIVED)))
        self._partial = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", ())
        self._invoke = invoke
        self._stop = threading.Event()
        self._free = threading.Semaphore(max(1, min(concurrency, _most_at_once(mapping))))
        self._receiver = threading.Thread(target=self._run, daemon=True)
        self._handling: list[threading.Thread] = []
        self._batches: list[Batch] = []

    def start(self) -> None:
        """Polls until `close`."""
        self._receiver.start()

    def stop(self) -> None:
        """No batch is begun any more."""
        self._stop.set()

    def close(self) -> None:
        """Ends the polling; batches that are being handled are finished first."""
        self.stop()
        self._receiver.join()
        for thread in self._handling:
            thread.join()

    @property
    def moving(self) -> str:
        """What is in the queue, hidden and delayed messages included; empty when there is nothing.

        A message stays in the queue, hidden, until the batch that it is in was handled.
        """
        kinds = ("", "NotVisible", "Delayed")
        wanted = [f"ApproximateNumberOfMessages{kind}" for kind in kinds]
        depth = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=wanted)["Attributes"]
        visible, hidden, delayed = (int(depth[name]) for name in wanted)
        if not visible + hidden + delayed:
            return ""
        return f"queue {self._arn.rpartition(':')[2]} ({visible} visible, {hidden} hidden, {delayed} delayed)"

    @property
    def batches(self) -> tuple[Batch, ...]:
        """All that were handled, in the order of their end."""
        return tuple(self._batches)

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._free.acquire(timeout=_WAIT_SECONDS) and not self._begin():
                self._free.release()

    def _begin(self) -> bool:
        """Whether there was something to handle, which goes on in a thread of its own."""
        if self._stop.is_set():
            return False
        messages = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch,
            WaitTimeSeconds=_WAIT_SECONDS,
            VisibilityTimeout=_IN_HAND_SECONDS,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if messages:
            thread = threading.Thread(target=self._handle, args=(messages,), daemon=True)
            self._handling = [each for each in self._handling if each.is_alive()] + [thread]
            thread.start()
        return bool(messages)

    def _handle(self, messages: Sequence[Message]) -> None:
        region = self._arn.split(":")[3]
        records = [_record(message, self._arn, region) for message in messages]
        received_at = time.monotonic()
        try:
            result = self._invoke(self._function, {"Records": records})
            self._batches.append(self._batch_of(messages, received_at))
            failed = self._failed(result, {message["MessageId"] for message in messages})
            for message in messages:
                if message["MessageId"] not in failed:
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    self._hide(message, received_at)
        except Closed:
            return  # the queue ends with the stack
        finally:
            self._free.release()

    def _batch_of(self, messages: Sequence[Message], began: float) -> Batch:
        groups = dict.fromkeys(message["Attributes"].get("MessageGroupId", "") for message in messages)
        queue = self._arn.rpartition(":")[2]
        return Batch(queue=queue, groups=tuple(filter(None, groups)), began=began, ended=time.monotonic())

    def _hide(self, message: Message, received_at: float) -> None:
        asked = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["VisibilityTimeout"])
        left = int(asked["Attributes"]["VisibilityTimeout"]) - (time.monotonic() - received_at)
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=max(0, math.ceil(left))
        )

    def _failed(self, result: Result, ids: set[str]) -> set[str]:
        """Which messages come back: all for a failed function or an answer that makes no sense."""
        if not result.ok:
            return ids
        if not self._partial:
            return set()
        try:
            items = (json.loads(result.body) or {}).get("batchItemFailures", [])
            failed = {item["itemIdentifier"] for item in items}
        except (ValueError, KeyError, TypeError, AttributeError):
            return ids
        return failed if failed <= ids else ids


def _most_at_once(mapping: Mapping[str, Any]) -> int:
    return int(mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 1))


def _record(message: Message, arn: str, region: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }
