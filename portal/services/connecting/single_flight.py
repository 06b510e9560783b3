"""Caches slow values: one thread fetches each, and the others use the previous value meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar
from weakref import WeakValueDictionary

from portal import clock

Value = TypeVar("Value")

DROPPED_AFTER: Final = timedelta(hours=1)


class SingleFlightCache(Generic[Value]):
    """A cache in this process, by key."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[datetime, Value]] = {}
        # A lock lives as long as a thread uses it.
        self._locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self._changing = Lock()

    def fresh(self, key: str) -> Value | None:
        """Return the value if it is still fresh."""
        until, value = self._values.get(key, (None, None))
        return value if until is not None and until > clock.now() else None

    def last(self, key: str) -> Value | None:
        """Return the value, fresh or not."""
        return self._values.get(key, (None, None))[1]

    def store(self, key: str, value: Value, span: timedelta) -> None:
        """Store a value that is fresh for this long, and drop values that expired an hour ago."""
        with self._changing:
            old = clock.now() - DROPPED_AFTER
            for each in [each for each, (until, _) in self._values.items() if until < old]:
                del self._values[each]
            self._values[key] = (clock.now() + span, value)

    @contextmanager
    def exclusive(self, key: str, *, patience: float = 0.0) -> Iterator[bool]:
        """Return whether only this thread fetches the value now, after waiting for it up to `patience` seconds."""
        with self._changing:
            lock = self._locks.get(key) or Lock()
            self._locks[key] = lock
        is_alone = lock.acquire(timeout=patience)
        try:
            yield is_alone
        finally:
            if is_alone:
                lock.release()
