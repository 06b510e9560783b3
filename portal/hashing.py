"""Limits concurrent password hashes. Each takes 64 MB, and anybody who can reach the log-in page can trigger one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from passlib.context import CryptContext

from portal.errors import HashingBusy

AT_ONCE: Final = 2
# How many requests may wait. Strangers get fewer places than known devices and people who are logged in.
MOST_STRANGERS_WAITING: Final = 6
MOST_WAITING: Final = 10
PATIENCE_SECONDS: Final = 3.0
RETRY_AFTER_SECONDS: Final = 5

_is_stranger: ContextVar[bool] = ContextVar("is_stranger", default=False)


@contextmanager
def for_stranger() -> Iterator[None]:
    """Treat hashes in the block as requested by a stranger."""
    token = _is_stranger.set(True)
    try:
        yield
    finally:
        _is_stranger.reset(token)


class Slots:
    """Allows `at_once` holders. A limited number of others waits, for a few seconds at most."""

    def __init__(self, at_once: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._patience = patience
        self._waiting = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot inside the block. Raises HashingBusy if none becomes free in time."""
        if not self._free.acquire(blocking=False):
            self._wait()
        try:
            yield
        finally:
            self._free.release()

    def _wait(self) -> None:
        with self._lock:
            if self._waiting >= (MOST_STRANGERS_WAITING if _is_stranger.get() else MOST_WAITING):
                raise HashingBusy(RETRY_AFTER_SECONDS)
            self._waiting += 1
        try:
            if not self._free.acquire(timeout=self._patience):
                raise HashingBusy(RETRY_AFTER_SECONDS)
        finally:
            with self._lock:
                self._waiting -= 1


class BoundedContext(CryptContext):  # type: ignore[misc]  # passlib ships no types
    """Hashes and verifies like another context, with limited concurrency."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._slots = Slots()

    @classmethod
    def like(cls, other: CryptContext) -> BoundedContext:
        made = cls()
        made.load(other)
        return made

    def hash(self, *arguments: Any, **options: Any) -> Any:
        with self._slots.one():
            return super().hash(*arguments, **options)

    def verify(self, *arguments: Any, **options: Any) -> Any:
        with self._slots.one():
            return super().verify(*arguments, **options)
