"""Deduplication in FIFO queues as SQS does it; moto forgets a message once it is deleted, and mixes groups up.

Source: "Using the message deduplication ID in Amazon SQS" and "High throughput for FIFO queues" (Developer Guide).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from weakref import WeakKeyDictionary

from moto.sqs.models import Message, Queue

from local.patching import patched

_INTERVAL = timedelta(minutes=5)

Taken = dict[tuple[str, str], datetime]


@contextmanager
def deduplicating(now: Callable[[], datetime]) -> Iterator[None]:
    """While open, a FIFO queue takes each deduplication id once in five minutes of `now`.

    With DeduplicationScope messageGroup that is once in each group, else once in the queue.
    """
    original = Queue.add_message
    taken: WeakKeyDictionary[Queue, Taken] = WeakKeyDictionary()
    lock = threading.Lock()

    def add_message(queue: Queue, message: Message) -> None:
        with lock:
            if _is_new(queue, message, taken.setdefault(queue, {}), now()):
                # Without an id, moto has nothing to compare.
                own, message.deduplication_id = message.deduplication_id, None
                original(queue, message)
                message.deduplication_id = own

    with patched(Queue, {"add_message": add_message}):
        yield


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
