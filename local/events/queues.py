"""The poller between an SQS queue and its function: batches, partial failures, FIFO groups."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.runtime.functions import Closed
from local.runtime.worker import Result

Invoke = Callable[[str, object], Result]
Message = Mapping[str, Any]


class Poller:
    """One event source mapping.

    `sqs` is the operator's client: what the function's role must allow is asked once, when the stack starts.
    """

    def __init__(self, sqs: Any, mapping: Mapping[str, Any], invoke: Invoke) -> None:
        self._sqs = sqs
        self._arn = mapping["EventSourceArn"]
        self._url = sqs.get_queue_url(QueueName=self._arn.rpartition(":")[2])["QueueUrl"]
        self._function = mapping["FunctionName"]
        self._batch = min(10, int(mapping.get("BatchSize", 10)))
        self._partial = "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", ())
        self._invoke = invoke
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Polls until `close`."""
        self._thread.start()

    def stop(self) -> None:
        """No batch is begun any more."""
        self._stop.set()

    def close(self) -> None:
        """Ends the polling; a batch that is being handled is finished first."""
        self.stop()
        self._thread.join()

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

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self._poll()
        except Closed:
            return  # what it had received is visible again once its timeout is over

    def _poll(self) -> None:
        messages = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=self._batch,
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if messages:
            self._handle(messages)
        else:
            self._stop.wait(0.05)

    def _handle(self, messages: Sequence[Message]) -> None:
        region = self._arn.split(":")[3]
        records = [_record(message, self._arn, region) for message in messages]
        result = self._invoke(self._function, {"Records": records})
        failed = self._failed(result, {message["MessageId"] for message in messages})
        for message in messages:
            if message["MessageId"] not in failed:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

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
