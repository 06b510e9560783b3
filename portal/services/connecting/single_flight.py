"""Values that take long to get: one thread gets each, and the others make do with the last one meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar
from weakref import WeakValueDictionary

from portal import clock

Value = TypeVar("Value")

FORGOTTEN_AFTER: Final = timedelta(hours=1)


class Kept(Generic[Value]):
    """Kept in this process, by key."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[datetime, Value]] = {}
        # A lock lives as long as a thread uses it.
        self._locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()
        self._changing = Lock()

    def fresh(self, key: str) -> Value | None:
        """Return the value while it counts."""
        until, value = self._values.get(key, (None, None))
        return value if until is not None and until > clock.now() else None

    def last(self, key: str) -> Value | None:
        """Return the value, even one that no longer counts."""
        return self._values.get(key, (None, None))[1]

    def keep(self, key: str, value: Value, span: timedelta) -> None:
        """Let a value count for so long, and forget those that have not counted for an hour."""
        with self._changing:
            old = clock.now() - FORGOTTEN_AFTER
            for each in [each for each, (until, _) in self._values.items() if until < old]:
                del self._values[each]
            self._values[key] = (clock.now() + span, value)

    @contextmanager
    def alone(self, key: str, *, patience: float = 0.0) -> Iterator[bool]:
        """Tell whether this thread is now the only one that gets this value; it waits `patience` seconds to be."""
        with self._changing:
            lock = self._locks.get(key) or Lock()
            self._locks[key] = lock
        is_alone = lock.acquire(timeout=patience)
        try:
            yield is_alone
        finally:
            if is_alone:
                lock.release()
