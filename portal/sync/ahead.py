"""Fetch ahead: the next answer travels while the last one is being written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final, TypeVar

T = TypeVar("T")

DEPTH: Final = 2
STOP_CHECK_SECONDS: Final = 0.2


class _End:
    """What follows the last item: the end, or the error that ended it."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


@contextmanager
def ahead(items: Iterator[T], *, tick_seconds: float) -> Iterator[Iterator[T | None]]:
    """Draw `items` in a thread and yield them in order, at most two waiting.

    While nothing arrives, None is yielded every `tick_seconds`. An error of `items` is raised in its place.
    Leaving the block ends the thread after the item that it is drawing.
    """
    queue: Queue[T | _End] = Queue(DEPTH)
    stop = Event()
    thread = Thread(target=_draw, args=(items, queue, stop), name="fetch-ahead", daemon=True)
    thread.start()
    try:
        arriving = _arriving(queue, tick_seconds)
        yield arriving
    finally:
        stop.set()
        thread.join()


def _draw(items: Iterator[T], queue: Queue[T | _End], stop: Event) -> None:
    end = _End(None)
    try:
        for item in items:
            _put(queue, item, stop)
            if stop.is_set():
                return
    except BaseException as error:  # noqa: BLE001  # it is raised again in the thread that waits for it
        end = _End(error)
    _put(queue, end, stop)


def _put(queue: Queue[T | _End], item: T | _End, stop: Event) -> None:
    while not stop.is_set():
        try:
            queue.put(item, timeout=STOP_CHECK_SECONDS)
        except Full:
            continue
        return


def _arriving(queue: Queue[T | _End], tick_seconds: float) -> Iterator[T | None]:
    while True:
        try:
            item = queue.get(timeout=tick_seconds)
        except Empty:
            yield None
            continue
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item
