"""moto's tables and roles for many callers at once: it answers in threads, and keeps them in plain dictionaries.

TransactWriteItems copies every table and, where a condition fails, puts the copies back: with them goes whatever others
wrote meanwhile. A role is looked for by going through all of them, which ends in an error if one is added.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from moto.dynamodb.responses import DynamoHandler
from moto.iam.responses import IamResponse

from local.patching import patched


@contextmanager
def in_turn() -> Iterator[None]:
    """While open, requests to DynamoDB are answered one after the other, and those to IAM too."""
    with ExitStack() as patches:
        for service in (DynamoHandler, IamResponse):
            patches.enter_context(patched(service, {"call_action": _alone(service.call_action)}))
        yield


def _alone(original: Callable[..., Any]) -> Callable[..., Any]:
    lock = threading.Lock()

    def call_action(*arguments: Any) -> Any:
        with lock:
            return original(*arguments)

    return call_action
