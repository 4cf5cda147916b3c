"""How long a person rests on the queue while AWS is not ready."""

from __future__ import annotations

from datetime import timedelta

from concierge.apply import Applied
from concierge.errors import ConciergeError

LONGEST = timedelta(minutes=5)
AFTER_A_FAILURE = timedelta(seconds=30)


class NotSettled(ConciergeError):
    """The person is not where they should be yet; the message has to come back."""

    def __init__(self, applied: Applied) -> None:
        failed = "; ".join(f"{each.change.action}: {each.message}" for each in applied.failed)
        waiting = "; ".join(f"{wait.subject}: {wait.reason}" for wait in applied.plan.waits)
        super().__init__(f"{applied.plan.scope}: {failed or waiting or 'waiting for AWS'}")


def rest_for(applied: Applied, received: int) -> timedelta:
    """What AWS needs comes quickly, so the first looks are close together; then they double, up to five minutes.

    received: how often the message has been received, from 1. Thirty looks span about two hours.
    """
    first = AFTER_A_FAILURE if applied.failed else applied.requeue_after or timedelta()
    return min(LONGEST, first * 2 ** max(0, received - 3)) if received < 20 else LONGEST
