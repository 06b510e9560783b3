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


def refusal(knobs: Knobs, wait: float, now: float) -> Response:
    """Return 429 with a plain string as `error`. It is unknown whether Halo sends Retry-After."""
    minutes = knobs.quota_window / 60
    text = f"Rate Limit Reached - {knobs.quota} Requests per rolling {minutes:g} minute window."
    headers = {}
    whole = max(ceil(wait), 1)
    if knobs.retry_after == "seconds":
        headers["Retry-After"] = str(whole)
    elif knobs.retry_after == "date":
        # A date makes sense only together with the server's own clock, which is in the Date header.
        headers["Date"] = formatdate(now, usegmt=True)
        headers["Retry-After"] = formatdate(now + whole, usegmt=True)
    return json_response({"error": text}, status=429, headers=headers)
