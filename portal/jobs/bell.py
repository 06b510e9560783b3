"""Wakes workers from the web process without waiting for Redis."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from portal import clock

BETWEEN_RINGS_SECONDS: Final = 0.25


class Bell:
    """Rings from its own thread, so that a slow Redis does not delay the answer to a webhook.

    It pauses between rings; deliveries that arrive meanwhile share the next one. `ring` wakes a worker for an id.
    """

    def __init__(self, ring: Callable[[int], None]) -> None:
        self._ring = ring
        self._lock = threading.Lock()
        self._requested: set[int] = set()
        self._is_ringing = False

    def ring_soon(self, ids: set[int]) -> None:
        """Wake a worker for each. Calls during a ring lead to one more ring afterwards."""
        with self._lock:
            self._requested |= ids
            if self._is_ringing or not self._requested:
                return
            self._is_ringing = True
        threading.Thread(target=self._ring_all, name="bell", daemon=True).start()

    def _ring_all(self) -> None:
        while requested := self._next():
            for each in requested:
                self._ring(each)
            clock.sleep(BETWEEN_RINGS_SECONDS)

    def _next(self) -> set[int]:
        with self._lock:
            requested, self._requested = self._requested, set()
            self._is_ringing = bool(requested)
            return requested
