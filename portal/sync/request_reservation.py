"""The requests that one run has reserved from its tenant's budget, and the gate before each of its calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.errors import PsaRateLimited
from portal.sync import budget
from portal.sync.budget import BudgetPolicy

# Reserved at once: one transaction per request would slow down a fast PSA.
BATCH: Final = 20
LIMIT_USED_UP: Final = "The request limit is used up."
GOES_ON: Final = "Resumes automatically as soon as requests are allowed again."


class RequestReservation:
    """Used by one thread, except for `gate`. `policy` is a function because the policy may change by the hour."""

    def __init__(self, policy: Callable[[], BudgetPolicy]) -> None:
        self._terms = policy
        self._remaining = 0
        self._closed_until: datetime | None = None

    @property
    def remaining(self) -> int:
        return self._remaining

    def gate(self) -> None:
        """Raise PsaRateLimited during the pause after a refusal. Every thread calls this before each request."""
        until = self._closed_until
        if until is not None and (seconds := (until - clock.now()).total_seconds()) > 0:
            raise PsaRateLimited(LIMIT_USED_UP, GOES_ON, retry_after=seconds)

    def take_one(self) -> float:
        """Take one request. Returns 0, or how many seconds to wait before trying again."""
        if self._remaining < 1:
            grant = budget.take(self._terms(), BATCH)
            if not grant.count:
                return grant.wait_seconds
            self._remaining += grant.count
        self._remaining -= 1
        return 0.0

    def charge(self, extra: int) -> None:
        """Count requests beyond the one that was taken: retries, tokens."""
        uncovered = max(0, extra - self._remaining)
        self._remaining = max(0, self._remaining - extra)
        if uncovered:
            budget.add(self._terms(), uncovered)

    def record_refusal(self, error: PsaRateLimited) -> float:
        """Close the gate and record the refusal for every process. Returns for how many seconds."""
        if self._closed_until is not None and self._closed_until > clock.now():
            # The gate itself refused, or the call was in flight when it closed.
            return (self._closed_until - clock.now()).total_seconds()
        seconds = budget.record_refusal(self._terms(), error)
        self._closed_until = clock.now() + timedelta(seconds=seconds)
        return seconds

    def close(self) -> None:
        if self._remaining:
            budget.refund(self._terms(), self._remaining)
            self._remaining = 0
