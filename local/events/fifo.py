"""Queues as SQS keeps them, where moto does not: deduplication, the order of groups, and many callers at once.

moto forgets a deduplication id once its message is deleted, and mixes groups up. Of two messages of a group that come
back it gives the second first. What it changes while another thread looks, it may lose or give twice.
Source: "Using the message deduplication ID in Amazon SQS", "FIFO queue delivery logic" and "High throughput for FIFO
queues" (Developer Guide).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakKeyDictionary

from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, SQSBackend, _filter_message_attributes

from local.patching import patched

_INTERVAL = timedelta(minutes=5)
_LOOK_AGAIN_SECONDS = 0.05

Taken = dict[tuple[str, str], datetime]


@contextmanager
def sqs_rules(now: Callable[[], datetime]) -> Iterator[None]:
    """While open, a FIFO queue takes each deduplication id once in five minutes of `now`, and keeps groups in order.

    With DeduplicationScope messageGroup an id counts in its group, else in the queue. A group is not given out while
    one of its messages is in flight. Queues of both types may be used by any number of threads.
    """
    send, receive, delete = Queue.add_message, SQSBackend.receive_message, Queue.delete_message
    change = SQSBackend.change_message_visibility
    taken: WeakKeyDictionary[Queue, Taken] = WeakKeyDictionary()
    lock = threading.RLock()  # what is received may move to the dead letters, which is a sending

    def add_message(queue: Queue, message: Message) -> None:
        with lock:
            if _is_new(queue, message, taken.setdefault(queue, {}), now()):
                # Without an id, moto has nothing to compare.
                own, message.deduplication_id = message.deduplication_id, None
                send(queue, message)
                message.deduplication_id = own

    def delete_message(queue: Queue, receipt_handle: str) -> None:
        with lock:
            delete(queue, receipt_handle)

    def change_message_visibility(
        backend: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        with lock:
            change(backend, queue_name, receipt_handle, visibility_timeout)

    def receive_message(
        backend: SQSBackend,
        queue_name: str,
        count: int,
        wait_seconds_timeout: int,
        visibility_timeout: int,
        message_attribute_names: list[str] | None = None,
    ) -> list[Message]:
        queue, names = backend.get_queue(queue_name), message_attribute_names or []
        until = time.monotonic() + int(wait_seconds_timeout or 0)
        while True:
            with lock:
                if queue.fifo_queue:
                    found = _received(queue, count, visibility_timeout, names)
                else:
                    found = receive(backend, queue_name, count, 0, visibility_timeout, names)
            if found or time.monotonic() >= until:
                return found
            time.sleep(_LOOK_AGAIN_SECONDS)

    with (
        patched(Queue, {"add_message": add_message, "delete_message": delete_message, **_DEPTHS}),
        patched(SQSBackend, {"receive_message": receive_message}),
        patched(SQSBackend, {"change_message_visibility": change_message_visibility}),
    ):
        yield


def _received(queue: Queue, count: int, visibility_timeout: int, attribute_names: list[str]) -> list[Message]:
    """The oldest messages of groups of which none is in flight; those received too often go to the dead letters."""
    now = unix_time_millis()
    kept = queue._messages  # noqa: SLF001 - `messages` leaves out what is in flight
    locked = {each.group_id for each in kept if each.approximate_receive_count and each.visible_at >= now}
    most = (queue.redrive_policy or {}).get("maxReceiveCount")
    found: list[Message] = []
    for message in list(kept):
        if len(found) == count:
            break
        if message.group_id in locked or message.delayed_until > now:
            continue
        if queue.dead_letter_queue is not None and most and message.approximate_receive_count >= most:
            kept.remove(message)
            queue.dead_letter_queue.add_message(message)
            continue
        message.mark_received(visibility_timeout=visibility_timeout)
        found.append(deepcopy(message))
        _filter_message_attributes(found[-1], attribute_names)
    return found


def _is_new(queue: Queue, message: Message, taken: Taken, now: datetime) -> bool:
    on_its_way_to_dead_letters = message.approximate_receive_count > 0
    if not queue.fifo_queue or on_its_way_to_dead_letters:
        return True
    by_group = queue.attributes.get("DeduplicationScope") == "messageGroup"
    own = message.deduplication_id or sha256(message.body.encode()).hexdigest()
    key = (str(message.group_id) if by_group else "", own)
    if key in taken and now - taken[key] < _INTERVAL:
        return False
    taken[key] = now
    return True


def _visible(queue: Queue) -> int:
    now = unix_time_millis()
    return sum(each.visible_at < now and each.delayed_until <= now for each in queue._messages)  # noqa: SLF001 - as above


def _hidden(queue: Queue) -> int:
    now = unix_time_millis()
    return sum(each.visible_at >= now for each in queue._messages)  # noqa: SLF001 - as above


def _delayed(queue: Queue) -> int:
    now = unix_time_millis()
    return sum(each.delayed_until > now for each in queue._messages)  # noqa: SLF001 - as above


# moto counts several times for each sending, and asks every message for the time: too slow for a thousand of them.
_DEPTHS = {
    "approximate_number_of_messages": property(_visible),
    "approximate_number_of_messages_not_visible": property(_hidden),
    "approximate_number_of_messages_delayed": property(_delayed),
}
