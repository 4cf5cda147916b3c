"""Which of the recorded calls a benchmark counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.gate.gate import Call

_READS = ("Get", "List", "Describe", "Query", "BatchGet")


def made_by_functions(calls: Iterable[Call]) -> list[Call]:
    """Without what came along with another call, and what services do by themselves (Lambda polls the queues)."""
    return [call for call in calls if not call.dependent]


def is_read(action: str) -> bool:
    """Whether an action changes nothing."""
    return action.partition(":")[2].startswith(_READS)
