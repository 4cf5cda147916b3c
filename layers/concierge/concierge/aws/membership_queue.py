"""The FIFO queue between membership_events and onboarding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.directory.memberships import PersonChange

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsMembershipQueue:
    """`directory.intake.MembershipQueue` over SQS."""

    client: SQSClient
    url: str

    def send(self, change: PersonChange, *, group: str, dedupe_key: str) -> None:
        """Within five minutes SQS itself drops a second message with the same dedupe key."""
        with translated("sqs:SendMessage"):
            self.client.send_message(
                QueueUrl=self.url,
                MessageBody=change.to_json(),
                MessageGroupId=group,
                MessageDeduplicationId=dedupe_key,
            )

    def rest(self, receipt_handle: str, after: timedelta) -> None:
        """Hides a received message, and with it all of its group, for `after` (whole seconds, at most 12 h)."""
        with translated("sqs:ChangeMessageVisibility"):
            self.client.change_message_visibility(
                QueueUrl=self.url,
                ReceiptHandle=receipt_handle,
                VisibilityTimeout=max(0, min(43_200, round(after.total_seconds()))),
            )
