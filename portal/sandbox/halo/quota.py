"""The rolling rate limit (halo-api.md section 5)."""

from __future__ import annotations

from collections import deque
from email.utils import formatdate
from math import ceil
from threading import Lock

from portal.sandbox.halo.clock import Clock
from portal.sandbox.halo.settings import Knobs
from portal.sandbox.http import Response, json_response


class Quota:
    """Counts the requests of one tenant. Those that were refused do not count."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: deque[float] = deque()
        self._lock = Lock()

    def take(self, limit: int, window: float) -> float | None:
        """Count one request; or say, when the window is full, in how many seconds it has room."""
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


def refusal(knobs: Knobs, wait: float, now: float) -> Response:
    """429 with a plain string as `error`; whether Halo says how long to wait was never seen."""
    minutes = knobs.quota_window / 60
    text = f"Rate Limit Reached - {knobs.quota} Requests per rolling {minutes:g} minute window."
    headers = {}
    whole = max(ceil(wait), 1)
    if knobs.retry_after == "seconds":
        headers["Retry-After"] = str(whole)
    elif knobs.retry_after == "date":
        # A date means something only beside the server's own clock, which every server tells.
        headers["Date"] = formatdate(now, usegmt=True)
        headers["Retry-After"] = formatdate(now + whole, usegmt=True)
    return json_response({"error": text}, status=429, headers=headers)
