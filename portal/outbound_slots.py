"""Limits how many web requests may wait for other servers at once, so that slow servers cannot take every thread."""

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
THREADS_PER_SLOT: Final = 3
DEFAULT_THREADS: Final = 16
# A request that waits for a slot holds a thread too.
PATIENCE_SECONDS: Final = 0.5


class OutboundSlots:
    """The slots of a process that answers requests with this many threads."""

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads // THREADS_PER_SLOT)
        self._changed = Condition()
        self._taken: Counter[int] = Counter()
        self._waiting = 0

    def take(self, account_id: int, patience: float) -> None:
        """Take a slot. Raises Busy if none is free within `patience` seconds."""
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


_slots: OutboundSlots | None = None
# When the calls of the current slot must have ended, on the monotonic clock.
_until: ContextVar[float | None] = ContextVar("slot_until", default=None)
_is_page: ContextVar[bool] = ContextVar("is_page", default=False)


def bind(threads: int = DEFAULT_THREADS) -> None:
    """Make the slots of a process that answers requests with this many threads."""
    global _slots
    _slots = OutboundSlots(threads)


def slots() -> OutboundSlots:
    if _slots is None:
        raise RuntimeError("Bind the process with portal.bootstrap first.")
    return _slots


@contextmanager
def slot(account_id: int, seconds: float, *, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold a slot for outbound calls that must all end within `seconds`. Raises Busy if none is free.

    A nested block shares the outer slot, and the earlier deadline applies.
    """
    outer, until = _until.get(), clock.monotonic() + seconds
    shared = slots()
    if outer is None:
        shared.take(account_id, patience)
    inner = _until.set(until if outer is None else min(outer, until))
    try:
        yield
    finally:
        _until.reset(inner)
        if outer is None:
            shared.give_back(account_id)


def until() -> float:
    """Return the deadline of calls made here, on the monotonic clock; infinity outside a slot."""
    end = _until.get()
    return math.inf if end is None else end


def enter_page() -> Token[bool]:
    """Require a slot for outbound calls from here on."""
    return _is_page.set(True)


def leave_page(entered: Token[bool]) -> None:
    _is_page.reset(entered)


def check() -> None:
    """Raise RuntimeError if a page is about to call the network without a slot."""
    if _is_page.get() and _until.get() is None:
        raise RuntimeError("A page may call the network only inside outbound_slots.slot().")
