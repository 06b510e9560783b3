"""The sandbox's clock, which tests can advance."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Seconds since 1970: `now` plus everything added with `advance`."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._ahead = 0.0

    def now(self) -> float:
        return self._now() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
