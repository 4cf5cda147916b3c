"""Woken by the FIFO queue: converges one person per message, in every domain that their memberships name."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.batch.base import FailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from concierge import bootstrap
from concierge.directory.memberships import from_json
from concierge.onboarding.rest import NotSettled, rest_for

logger = logging.getLogger("concierge.onboarding")


class Processor(SqsFifoPartialProcessor):
    """A group is a person: after a message that has to come back, later ones of that person wait behind it."""

    def failure_handler(self, record: Any, exception: Any) -> FailureResponse:
        """Says why a message comes back; resting is no error."""
        level = logging.INFO if isinstance(exception[1], NotSettled) else logging.ERROR
        logger.log(
            level,
            "comes back",
            exc_info=exception if level == logging.ERROR else None,
            extra={"message_id": record.message_id, "reason": str(exception[1])},
        )
        return super().failure_handler(record, exception)


processor = Processor(skip_group_on_error=True)
processor.raise_on_entire_batch_failure = False  # every message is answered for; the function itself did not fail


def converge(record: SQSRecord) -> None:
    """Raises NotSettled, after hiding the message for a while, if the person has to be looked at again."""
    now = datetime.now(UTC)
    applied = bootstrap.onboarding(now).converge(from_json(record.body), now=now)
    if applied.is_settled:
        return
    received = int(record.attributes.approximate_receive_count)
    bootstrap.membership_queue().rest(record.receipt_handle, rest_for(applied, received))
    raise NotSettled(applied)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Returns the partial batch response: messages to be received again."""
    return process_partial_response(event=event, record_handler=converge, processor=processor, context=context)
