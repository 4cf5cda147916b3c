"""Woken by a schedule, an administrator, or events that did not say enough: reads directories as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from concierge import bootstrap
from concierge.directory.ports import resync_from_json

processor = SqsFifoPartialProcessor(skip_group_on_error=True)
processor.raise_on_entire_batch_failure = False  # every message is answered for; the function itself did not fail


def asked(record: SQSRecord) -> None:
    """Reads the directory that the message names."""
    now = datetime.now(UTC)
    bootstrap.rounds(now).asked(resync_from_json(record.body), now=now)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Returns the round's summary, or for messages of the queue the partial batch response."""
    if "Records" in event:
        return process_partial_response(event=event, record_handler=asked, processor=processor, context=context)
    now = datetime.now(UTC)
    return bootstrap.rounds(now).night(event, now=now)
