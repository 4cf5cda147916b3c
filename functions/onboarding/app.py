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
from concierge.onboarding.rest import come_back

logger = logging.getLogger("concierge.onboarding")


class Processor(SqsFifoPartialProcessor):
    """A group is a person: after a message that failed, later ones of that person wait behind it."""

    def failure_handler(self, record: Any, exception: Any) -> FailureResponse:
        """Says why a message comes back."""
        extra = {"message_id": record.message_id, "reason": str(exception[1])}
        logger.error("comes back", exc_info=exception, extra=extra)
        return super().failure_handler(record, exception)


processor = Processor(skip_group_on_error=True)
processor.raise_on_entire_batch_failure = False  # every message is answered for; the function itself did not fail


def converge(record: SQSRecord) -> None:
    """Asks for another look later if AWS is not ready; raises NotSettled after the last one."""
    now = datetime.now(UTC)
    change = from_json(record.body)
    onboarding = bootstrap.onboarding(now)
    applied = onboarding.converge(change, now=now)
    if after := come_back(change, applied, bootstrap.look_again(), rest=onboarding.domains.rest):
        logger.info("is looked at again", extra={"person": change.person.id, "seconds": after.total_seconds()})


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Returns the partial batch response: messages to be received again."""
    return process_partial_response(event=event, record_handler=converge, processor=processor, context=context)
