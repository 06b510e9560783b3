"""The only clock. All code gets the time from here, so that tests can set it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return _source()


@contextmanager
def using(source: Callable[[], datetime]) -> Iterator[None]:
    """Use `source` as the clock inside the block, in all threads of this process."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def monotonic() -> float:
    """Return seconds for measuring durations; never goes backwards."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Sleep in real time, even if a test has set the clock."""
    time.sleep(seconds)
