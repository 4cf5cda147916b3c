"""The samples in `events/`, changed as a test needs them, and what is read from them."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from concierge.directory.changes import Ignored, MembershipChange, Unreadable
from concierge.directory.events import read

EVENTS = Path(__file__).parents[2] / "events"
NOW = datetime(2026, 3, 2, 15, 5, tzinfo=UTC)


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / name).read_text())
    return found


def changed(name: str, **values: Any) -> dict[str, Any]:
    """A sample with other values at dotted paths, written with __ for the dot."""
    event = sample(name)
    for path, value in values.items():
        *parents, last = path.split("__")
        place: Any = event
        for parent in parents:
            place = place[int(parent) if parent.isdigit() else parent]
        place[last] = value
    return event


def only(event: dict[str, Any]) -> MembershipChange | Ignored | Unreadable:
    (found,) = read(event, now=NOW)
    return found


def ignored(event: dict[str, Any]) -> str:
    found = only(event)
    assert isinstance(found, Ignored)
    return found.reason


def change(event: dict[str, Any]) -> MembershipChange:
    found = only(event)
    assert isinstance(found, MembershipChange)
    return found


def record(name: str) -> str:
    payload = json.loads(gzip.decompress(base64.b64decode(sample(name)["awslogs"]["data"])))
    return str(payload["logEvents"][0]["message"])


def logs(*messages: str, kind: str = "DATA_MESSAGE") -> dict[str, Any]:
    events = [{"id": f"line-{number}", "timestamp": 0, "message": text} for number, text in enumerate(messages)]
    payload = {"messageType": kind, "logGroup": "dc", "logStream": "s", "logEvents": events}
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()}}


ADD, REMOVE, DISABLE = (
    record(f"win-{name}.json") for name in ("4728-add-global", "4729-remove-global", "4725-user-disabled")
)


def renamed(before: str, after: str) -> str:
    names = f"<Data Name='OldTargetUserName'>{before}</Data><Data Name='NewTargetUserName'>{after}</Data>"
    return DISABLE.replace("4725", "4781").replace("<Data Name='TargetUserName'>li.wei</Data>", names)
