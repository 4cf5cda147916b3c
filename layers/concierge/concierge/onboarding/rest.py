"""How long a person rests while AWS is not ready, and when it is too long."""

from __future__ import annotations

from datetime import timedelta

from concierge.apply import Applied
from concierge.directory.memberships import PersonChange
from concierge.errors import ConciergeError
from concierge.onboarding.domains import after_a_failure
from concierge.onboarding.ports import LookAgain

LONGEST = timedelta(minutes=5)
MOST_LOOKS = 30  # which span about two hours


class NotSettled(ConciergeError):
    """The person is not where they should be after all those looks: somebody has to look into it."""

    def __init__(self, applied: Applied) -> None:
        failed = "; ".join(f"{each.change.action}: {each.message}" for each in applied.failed)
        waiting = "; ".join(f"{wait.subject}: {wait.reason}" for wait in applied.plan.waits)
        super().__init__(f"{applied.plan.scope}: {failed or waiting or 'waiting for AWS'}")


def come_back(change: PersonChange, applied: Applied, queue: LookAgain, *, rest: timedelta) -> timedelta | None:
    """Brings the person back later, unless nothing is left to do; how much later, or None.

    The message itself is done: it is not kept hidden, which would keep later news about the person (that they are
    disabled) waiting behind it. Raises NotSettled once the person was looked at often enough.
    """
    if applied.is_settled:
        return None
    if change.attempt + 1 >= MOST_LOOKS:
        raise NotSettled(applied)
    after = rest_for(applied, change.attempt, rest=rest)
    queue.later(change.again, after)
    return after


def rest_for(applied: Applied, attempt: int, *, rest: timedelta) -> timedelta:
    """What AWS needs comes quickly, so the first looks are close together; then they double, up to five minutes.

    attempt: how often the person was looked at before for this cause, from 0.
    """
    first = after_a_failure(rest) if applied.failed else applied.requeue_after or timedelta()
    return min(LONGEST, first * 2 ** max(0, attempt - 2)) if attempt < 20 else LONGEST
