"""The queues around onboarding: who is to be converged, who is to be looked at later, which directory to read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from concierge.aws.errors import translated
from concierge.directory.memberships import PersonChange
from concierge.directory.ports import Resync
from concierge.errors import Throttled

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_MOST_IN_A_CALL = 10  # SendMessageBatch, API reference
_LONGEST_DELAY = timedelta(minutes=15)  # SendMessage, API reference


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsMembershipQueue:
    """`directory.ports.MembershipQueue` over SQS; a person is a message group."""

    client: SQSClient
    url: str

    def send(self, changes: Iterable[PersonChange]) -> None:
        """SendMessageBatch, ten a call; within five minutes SQS itself drops the same change of the same cause."""
        left = iter(changes)
        while entries := [_entry(index, each) for index, each in enumerate(islice(left, _MOST_IN_A_CALL))]:
            with translated("sqs:SendMessage"):
                answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
            if refused := answer.get("Failed"):
                raise Throttled("sqs:SendMessage", refused[0]["Code"], f"{len(refused)} messages were refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsLookAgain:
    """`onboarding.ports.LookAgain`: a standard queue, whose messages may each wait for as long as they say."""

    client: SQSClient
    url: str

    def later(self, change: PersonChange, after: timedelta) -> None:
        """SendMessage with a delay in whole seconds, at most fifteen minutes."""
        with translated("sqs:SendMessage"):
            self.client.send_message(
                QueueUrl=self.url,
                MessageBody=change.to_json(),
                DelaySeconds=max(0, round(min(after, _LONGEST_DELAY).total_seconds())),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SqsResyncQueue:
    """`directory.ports.ResyncQueue`: a FIFO queue that keeps every message back for `delay`.

    Requests for one directory within one span of `delay` are one message: it is delivered after its span has ended,
    so that whatever was asked for in the span happened before the reading.
    """

    client: SQSClient
    url: str
    delay: timedelta

    def request(self, resync: Resync, *, now: datetime) -> None:
        """SendMessage; SQS drops the second of a span."""
        span = int(now.timestamp() // max(1.0, self.delay.total_seconds()))
        with translated("sqs:SendMessage"):
            self.client.send_message(
                QueueUrl=self.url,
                MessageBody=resync.to_json(),
                MessageGroupId=_digest(resync.directory),
                MessageDeduplicationId=_digest(f"{resync.directory}\n{span}"),
            )


def _entry(index: int, change: PersonChange) -> SendMessageBatchRequestEntryTypeDef:
    same = f"{change.cause}\n{change.kind}\n{change.person.id}\n{change.group_id}\n{change.attempt}"
    return {
        "Id": str(index),
        "MessageBody": change.to_json(),
        "MessageGroupId": _digest(change.person.id),
        "MessageDeduplicationId": _digest(same),
    }


def _digest(value: str) -> str:
    """A queue id: SQS allows 128 characters of a small alphabet, and a directory's ids are not bound by that."""
    return hashlib.sha256(value.encode()).hexdigest()
