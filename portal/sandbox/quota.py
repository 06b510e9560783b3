"""The rolling rate limit, and what a refusal says about waiting."""

from __future__ import annotations

from collections import deque
from email.utils import formatdate
from math import ceil
from threading import Lock
from typing import Literal

from portal.sandbox.clock import Clock

RetryAfter = Literal["off", "seconds", "date"]


class Quota:
    """Counts one tenant's requests. Refused requests do not count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: deque[float] = deque()
        self._lock = Lock()

    def take(self, limit: int, window: float) -> float | None:
        """Count one request. If the window is full, return the number of seconds until it has room."""
        if not limit:
            return None
        with self._lock:
            now = self._clock.now()
            self._forget(now - window)
            if len(self._times) < limit:
                self._times.append(now)
                return None
            return self._times[-limit] + window - now

    def used(self, window: float) -> int:
        with self._lock:
            self._forget(self._clock.now() - window)
            return len(self._times)

    def reset(self) -> None:
        with self._lock:
            self._times.clear()

    def _forget(self, before: float) -> None:
        while self._times and self._times[0] <= before:
            self._times.popleft()


def retry_after(form: RetryAfter, wait: float, now: float) -> dict[str, str]:
    """Return the headers. A date makes sense only together with the server's own clock, which is in Date."""
    whole = max(ceil(wait), 1)
    if form == "seconds":
        return {"Retry-After": str(whole)}
    if form == "date":
        return {"Date": formatdate(now, usegmt=True), "Retry-After": formatdate(now + whole, usegmt=True)}
    return {}
