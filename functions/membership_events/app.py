"""Woken by any source of membership events: each becomes one message per person on the FIFO queue.

EventBridge and CloudWatch Logs bring events, API Gateway brings Microsoft Graph's notifications, and the queue of
people who rest brings them back.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from concierge import bootstrap
from concierge.directory.memberships import from_json
from concierge.directory.webhook import answered

logger = logging.getLogger("concierge.membership_events")
processor = BatchProcessor(event_type=EventType.SQS)
processor.raise_on_entire_batch_failure = False  # every message is answered for; the function itself did not fail


def take(event: Mapping[str, Any]) -> dict[str, int]:
    """Raises MalformedEvent for what can never be read: the function's on-failure destination keeps it."""
    now = datetime.now(UTC)
    taken = bootstrap.intake(now).take(event, now=now)
    for change in taken.queued:
        logger.info("queued", extra={"cause": change.cause, "person": change.person.id, "kind": change.kind})
    for resync in taken.resyncs:
        logger.info("directory to be read", extra={"cause": resync.cause, "reason": resync.reason})
    for ignored in taken.ignored:
        logger.info("ignored", extra={"cause": ignored.dedupe_key, "reason": ignored.reason})
    return {"queued": len(taken.queued), "resyncs": len(taken.resyncs), "ignored": len(taken.ignored)}


def bring_back(record: SQSRecord) -> None:
    """Somebody has rested long enough."""
    bootstrap.membership_queue().send((from_json(record.body),))


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Returns what was taken; for a notification the answer to Microsoft Graph, for messages the batch response."""
    if "Records" in event:
        return process_partial_response(event=event, record_handler=bring_back, processor=processor, context=context)
    if "httpMethod" in event:
        return answered(event, client_state=lambda: bootstrap.entra_client_state(datetime.now(UTC)), take=take)
    return take(event)
