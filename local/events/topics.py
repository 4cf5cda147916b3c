"""What topics are told, by rules and by functions; moto keeps it topic by topic, without the order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from moto.sns.models import Topic

from local.patching import patched


class Notification(NamedTuple):
    """What the subscribers of a topic get; `subject` is empty for what a rule tells."""

    topic: str
    subject: str
    message: str


@contextmanager
def hearing(told: Callable[[Notification], None]) -> Iterator[None]:
    """While open, `told` hears of everything that is published to a topic."""
    original = Topic.publish

    def publish(topic: Topic, message: str, subject: str | None = None, *given: Any, **named: Any) -> str:
        told(Notification(str(topic.arn), subject or "", message))
        return original(topic, message, subject, *given, **named)

    with patched(Topic, {"publish": publish}):
        yield
