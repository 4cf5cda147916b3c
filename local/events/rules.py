"""EventBridge rules -> their targets. moto keeps and matches the rules; delivery is here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from moto.events.models import EventsBackend, Rule

from local.events.transformers import transformed
from local.patching import patched

Event = Mapping[str, Any]
Target = Mapping[str, Any]


@contextmanager
def delivering(to_target: Callable[[str, Target, object], None], seen: Callable[[str, Event], None]) -> Iterator[None]:
    """While open, matching events go to `to_target(rule ARN, target, event)`, and `seen(bus, event)` hears of all."""
    original_put = EventsBackend.put_events

    def send_to_targets(rule: Rule, event: Any, transform_input: bool = True) -> None:  # noqa: ARG001, FBT001, FBT002 - moto's signature
        if rule.state == "DISABLED" or not rule.event_pattern.matches_event(event):
            return
        for target in rule.targets:
            to_target(str(rule.arn), target, _given(target, envelope(event)))

    def put_events(backend: EventsBackend, events: list[dict[str, Any]]) -> Any:
        answer = original_put(backend, events)
        for event in events:
            detail = {**event, "detail": json.loads(event["Detail"]), "detail-type": event["DetailType"]}
            seen(bus_name(backend, event.get("EventBusName")), detail)
        return answer

    with (
        patched(Rule, {"send_to_targets": send_to_targets}),
        patched(EventsBackend, {"put_events": put_events, "_normalize_event_bus_arn": bus_name}),
    ):
        yield


def bus_name(_backend: EventsBackend, name_or_arn: str | None) -> str:
    """The name of a bus; moto would take what is behind the last slash, which partners' names have several of."""
    return (name_or_arn or "default").rpartition(":event-bus/")[2]


def _given(target: Target, event: Event) -> object:
    """What the target gets: a constant, the event in other words, or the event."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputTransformer" in target:
        return transformed(target["InputTransformer"], event)
    return event


def envelope(event: Event) -> dict[str, Any]:
    """The event as a target gets it."""
    time = event.get("time")
    if isinstance(time, int | float):
        time = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**{key: value for key, value in event.items() if key != "ingestion-time"}, "time": time}
