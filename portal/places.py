"""Places for outbound calls that a page waits for: so few that slow servers never take all threads of a process."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from threading import Condition
from typing import Final

from portal import clock
from portal.errors import AccountBusy, Busy, PortalBusy

MOST_PER_ACCOUNT: Final = 2
THREADS_PER_PLACE: Final = 3
DEFAULT_THREADS: Final = 16
# Waiting for a place takes a thread, too.
PATIENCE_SECONDS: Final = 0.5


class Places:
    """Counts the places of a process with so many threads that answer requests."""

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads // THREADS_PER_PLACE)
        self._changed = Condition()
        self._taken: Counter[int] = Counter()
        self._waiting = 0

    def take(self, account_id: int, patience: float) -> None:
        """Take a place, or raise Busy when none gets free within `patience` seconds."""
        with self._changed:
            if self._refusal(account_id) and self._waiting < self._most:
                self._waiting += 1
                try:
                    self._changed.wait_for(lambda: self._refusal(account_id) is None, patience)
                finally:
                    self._waiting -= 1
            if refusal := self._refusal(account_id):
                raise refusal
            self._taken[account_id] += 1

    def give_back(self, account_id: int) -> None:
        with self._changed:
            self._taken[account_id] -= 1
            self._changed.notify_all()

    def _refusal(self, account_id: int) -> Busy | None:
        if self._taken[account_id] >= MOST_PER_ACCOUNT:
            return AccountBusy(MOST_PER_ACCOUNT)
        return PortalBusy() if self._taken.total() >= self._most else None


_places = Places(DEFAULT_THREADS)
# The moment, on the monotonic clock, by which the place that this code runs in must be free again.
_until: ContextVar[float | None] = ContextVar("place_until", default=None)
_is_page: ContextVar[bool] = ContextVar("is_page", default=False)


def bind(threads: int) -> None:
    """Make places for a process with so many threads that answer requests."""
    global _places
    _places = Places(threads)


@contextmanager
def place(account_id: int, seconds: float, *, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Take a place for outbound calls, all of which must end within `seconds`. Raises Busy when there is none.

    Inside another place no second one is taken, and the earlier end counts.
    """
    outer, until = _until.get(), clock.monotonic() + seconds
    places = _places
    if outer is None:
        places.take(account_id, patience)
    inner = _until.set(until if outer is None else min(outer, until))
    try:
        yield
    finally:
        _until.reset(inner)
        if outer is None:
            places.give_back(account_id)


def until() -> float:
    """Return when calls made here must have ended, on the monotonic clock."""
    end = _until.get()
    return math.inf if end is None else end


def enter_page() -> Token[bool]:
    """From here on, outbound calls need a place."""
    return _is_page.set(True)


def leave_page(entered: Token[bool]) -> None:
    _is_page.reset(entered)


def check() -> None:
    """Raise RuntimeError where a page is about to call the network without a place."""
    if _is_page.get() and _until.get() is None:
        raise RuntimeError("A page may call the network only inside places.place().")
