"""One call of a Lambda function, as far as a run has to know of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

# Kept back for the last words: audit events, the record, the rates that were learnt.
_MARGIN = 45.0


class LambdaContext(Protocol):
    """What Lambda tells a function of its invocation."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """name: unique; now: when it began; until: monotonic seconds after which nothing new is to be begun."""

    name: str
    now: datetime
    until: float

    @classmethod
    def of(cls, context: LambdaContext) -> Invocation:
        """From the context that Lambda hands to a handler."""
        remaining = context.get_remaining_time_in_millis() / 1000
        return cls(
            name=context.aws_request_id,
            now=datetime.now(UTC),
            until=time.monotonic() + max(remaining - _MARGIN, remaining / 2),
        )

    def time_is_up(self) -> bool:
        """Whether the rest is to be left to the next round."""
        return time.monotonic() >= self.until
