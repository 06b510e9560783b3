"""What a run has set aside of its tenant's budget, and the gate before each of its calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.errors import PsaRateLimited
from portal.sync import budget
from portal.sync.budget import Terms

# Set aside at once, so that a quick PSA is not asked about by one transaction a request.
BATCH: Final = 20
LIMIT_USED_UP: Final = "The request limit is used up."
GOES_ON: Final = "Resumes automatically as soon as requests are allowed again."


class RequestReservation:
    """For one thread, but for `gate`, which every thread passes before it calls. `terms` may change with the hour."""

    def __init__(self, terms: Callable[[], Terms]) -> None:
        self._terms = terms
        self._in_hand = 0
        self._closed_until: datetime | None = None

    @property
    def in_hand(self) -> int:
        return self._in_hand

    def gate(self) -> None:
        """Raise PsaRateLimited while the PSA has asked to be left alone."""
        until = self._closed_until
        if until is not None and (seconds := (until - clock.now()).total_seconds()) > 0:
            raise PsaRateLimited(LIMIT_USED_UP, GOES_ON, retry_after=seconds)

    def take_one(self) -> float:
        """Take one request; returns 0, or in how many seconds it makes sense to try again."""
        if self._in_hand < 1:
            grant = budget.take(self._terms(), BATCH)
            if not grant.count:
                return grant.wait_seconds
            self._in_hand += grant.count
        self._in_hand -= 1
        return 0.0

    def charge(self, extra: int) -> None:
        """Count requests beyond the one that was taken: repetitions, tokens."""
        owed = max(0, extra - self._in_hand)
        self._in_hand = max(0, self._in_hand - extra)
        if owed:
            budget.add(self._terms(), owed)

    def refused(self, error: PsaRateLimited) -> float:
        """Close the gate for everybody who shares the tenant; returns for how many seconds."""
        if self._closed_until is not None and self._closed_until > clock.now():
            # The gate itself has refused, or a call that was under way when it closed.
            return (self._closed_until - clock.now()).total_seconds()
        seconds = budget.refused(self._terms(), error)
        self._closed_until = clock.now() + timedelta(seconds=seconds)
        return seconds

    def close(self) -> None:
        if self._in_hand:
            budget.give_back(self._terms(), self._in_hand)
            self._in_hand = 0
