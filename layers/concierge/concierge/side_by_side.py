"""Many calls at once, in threads: for reads that are independent of one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TypeVar

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


def side_by_side(ask: Callable[[_Item], _Answer], items: Iterable[_Item], workers: int) -> list[_Answer]:
    """The answers in the order of the items; the first error is raised once all that has begun is done."""
    given = list(items)
    if len(given) < 2 or workers == 1:
        return [ask(item) for item in given]
    with ThreadPoolExecutor(min(workers, len(given))) as pool:
        return list(pool.map(ask, given))


def ahead(items: Iterator[_Item], most: int = 4) -> Iterator[_Item]:
    """The same items, read by a thread of their own up to `most` ahead of their use; its error is raised in turn.

    To be read to the end, or closed: the thread then ends with the item that it is waiting for.
    """
    queue: Queue[tuple[_Item | None, BaseException | None, bool]] = Queue(most)
    stopped: list[bool] = []

    def read() -> None:
        failure: BaseException | None = None
        try:
            for item in items:
                if stopped:
                    return
                queue.put((item, None, False))
        except BaseException as error:  # noqa: BLE001 - handed to the reader as it is, who would wait for ever otherwise
            failure = error
        queue.put((None, failure, True))

    with ThreadPoolExecutor(1) as pool:
        pool.submit(read)
        try:
            while True:
                item, failure, is_end = queue.get()
                if failure is not None:
                    raise failure
                if is_end:
                    return
                yield item  # type: ignore[misc]  # None only at the end
        finally:
            stopped.append(True)
            while not queue.empty():
                queue.get_nowait()
