"""What a run leaves behind for the summary and the report, as JSON in S3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol


class Records(Protocol):
    """Where results of runs are kept."""

    def write(self, key: str, record: Mapping[str, object]) -> None:
        """Keeps JSON under a key; raises AwsError."""


@dataclass(slots=True)
class PartResult:
    """What became of a domain, or of another part of a target.

    counts:     decisions and outcomes, such as {"keep": 14, "applied": 3}.
    kept:       what the room wants the report to know of each change that was carried out.
    is_refused: whether the safeguards have stopped it.
    """

    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Mapping[str, Any]] = field(default_factory=list)
    error: str | None = None
    is_refused: bool = False

    def counted(self) -> dict[str, Any]:
        """The counts and the error, for the answer."""
        return {**self.counts, **({} if self.error is None else {"error": self.error})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One invocation: a room in a target, or one round of it."""

    room: str
    account: str
    region: str
    round: int
    at: datetime
    finished: bool
    parts: Mapping[str, PartResult]

    def as_json(self) -> dict[str, Any]:
        """What is written; times in UTC."""
        return {
            "room": self.room,
            "account": self.account,
            "region": self.region,
            "round": self.round,
            "at": self.at.astimezone(UTC).isoformat(),
            "finished": self.finished,
            "parts": {name: {**part.counted(), "kept": list(part.kept)} for name, part in self.parts.items()},
        }
