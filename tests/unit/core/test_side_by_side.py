"""Calls side by side, and reading ahead of use."""

import threading
from collections.abc import Iterator
from itertools import count, islice

import pytest

from concierge.side_by_side import ahead, side_by_side


def test_answers_come_in_the_order_of_the_items_whoever_is_first() -> None:
    both = threading.Barrier(2, timeout=10)

    def ask(item: int) -> int:
        both.wait()
        return item * 10

    assert side_by_side(ask, [3, 1], workers=2) == [30, 10]
    assert side_by_side(lambda item: item, [], workers=8) == []


def test_the_first_error_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda item: 1 // item, [1, 0, 2], workers=2)


def test_what_is_read_ahead_comes_in_order_and_to_its_end() -> None:
    assert list(ahead(iter(range(100)), most=3)) == list(range(100))
    assert list(ahead(iter(()))) == []


def test_reading_goes_on_while_an_item_is_used() -> None:
    second_was_read = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        second_was_read.set()
        yield 2

    found = ahead(source())
    assert next(found) == 1
    assert second_was_read.wait(timeout=10)
    assert list(found) == [2]


@pytest.mark.parametrize("error", [KeyError("two"), SystemExit("two")])
def test_an_error_is_raised_where_it_would_have_been_without_reading_ahead(error: BaseException) -> None:
    def source() -> Iterator[int]:
        yield 1
        raise error

    found = ahead(source())
    assert next(found) == 1
    with pytest.raises(type(error), match="two"):
        next(found)


def test_whoever_stops_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    found = ahead(count(), most=2)
    assert list(islice(found, 5)) == [0, 1, 2, 3, 4]
    found.close()  # type: ignore[attr-defined]  # a generator
    assert threading.active_count() == before
