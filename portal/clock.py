"""The only clock. Everything that asks for the time asks here, so tests decide what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return _source()


@contextmanager
def using(source: Callable[[], datetime]) -> Iterator[None]:
    """Read the time from `source` inside the block, in every thread of this process."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before


def monotonic() -> float:
    """Return seconds for measuring how long something takes; never goes back."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait for real, whatever time a test has decided it is."""
    time.sleep(seconds)
