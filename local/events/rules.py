"""EventBridge rules -> their targets. moto keeps and matches the rules; delivery is here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.events.models import EventsBackend, Rule

Event = Mapping[str, Any]


@contextmanager
def delivering(to_function: Callable[[str, object], None], seen: Callable[[str, Event], None]) -> Iterator[None]:
    """While open, matching events go to `to_function(arn, event)`, and `seen(bus, event)` hears of every event."""
    original_send, original_put = Rule.send_to_targets, EventsBackend.put_events

    def send_to_targets(rule: Rule, event: Event, transform_input: bool = True) -> None:  # noqa: ARG001, FBT001, FBT002 - moto's signature
        if rule.state == "DISABLED" or not rule.event_pattern.matches_event(event):
            return
        for target in rule.targets:
            if target["Arn"].split(":")[2] == "lambda":
                to_function(target["Arn"], json.loads(target["Input"]) if "Input" in target else envelope(event))

    def put_events(backend: EventsBackend, events: Sequence[Event]) -> Any:
        answer = original_put(backend, events)
        for event in events:
            detail = {**event, "detail": json.loads(event["Detail"]), "detail-type": event["DetailType"]}
            seen(str(event.get("EventBusName", "default")).rpartition("/")[2], detail)
        return answer

    Rule.send_to_targets, EventsBackend.put_events = send_to_targets, put_events
    try:
        yield
    finally:
        Rule.send_to_targets, EventsBackend.put_events = original_send, original_put


def envelope(event: Event) -> dict[str, Any]:
    """The event as a target gets it."""
    time = event.get("time")
    if isinstance(time, int | float):
        time = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**{key: value for key, value in event.items() if key != "ingestion-time"}, "time": time}
