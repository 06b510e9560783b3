"""Fetching ahead: in order, not too far, and never behind anybody's back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from portal.sync.ahead import DEPTH, ahead

NEVER = 60.0


def is_running() -> bool:
    return any(thread.name == "fetch-ahead" for thread in threading.enumerate())


def test_items_come_in_order_and_end() -> None:
    with ahead(iter(range(100)), tick_seconds=NEVER) as items:
        assert list(items) == list(range(100))
    assert not is_running()


def test_nothing_is_nothing() -> None:
    with ahead(iter(()), tick_seconds=NEVER) as items:
        assert list(items) == []


def test_items_are_drawn_in_another_thread_but_only_a_few_ahead() -> None:
    drawn: list[int] = []
    enough = threading.Event()

    def source() -> Iterator[int]:
        for number in count():
            drawn.append(number)
            if number == DEPTH:
                enough.set()
            yield number

    with ahead(source(), tick_seconds=NEVER) as items:
        assert enough.wait(10)
        assert len(drawn) <= DEPTH + 1
        assert next(items) == 0
    assert len(drawn) <= DEPTH + 3
    assert not is_running()


@pytest.mark.parametrize("error", [ValueError("no page"), KeyboardInterrupt("stop"), SystemExit(3)])
def test_an_error_is_raised_in_its_place(error: BaseException) -> None:
    def source() -> Iterator[int]:
        yield from (1, 2, 3)
        raise error

    with ahead(source(), tick_seconds=NEVER) as items:
        assert [next(items) for _ in range(3)] == [1, 2, 3]
        with pytest.raises(type(error)) as raised:
            next(items)
    assert raised.value is error
    assert not is_running()


def test_while_nothing_arrives_it_ticks() -> None:
    late = threading.Event()

    def source() -> Iterator[str]:
        assert late.wait(10)
        yield "late"

    with ahead(source(), tick_seconds=0.001) as items:
        assert [next(items) for _ in range(3)] == [None, None, None]
        late.set()
        assert next(item for item in items if item is not None) == "late"


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_leaving_early_ends_the_thread(taken: int) -> None:
    with ahead(count(), tick_seconds=NEVER) as items:
        assert [next(items) for _ in range(taken)] == list(range(taken))
    assert not is_running()


def test_an_error_in_the_block_ends_the_thread_and_is_not_hidden() -> None:
    with pytest.raises(LookupError), ahead(count(), tick_seconds=NEVER) as items:
        raise LookupError(next(items))
    assert not is_running()
