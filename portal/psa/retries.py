"""Retries temporary failures of a PSA, for all threads of a client together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import stamina

from portal.errors import PsaListError, PsaRateLimited, PsaUnavailable
from portal.outbound import OutboundError

LONGEST_PAUSE_SECONDS: Final = 10.0
MOST_ATTEMPTS: Final = 6


class Retries:
    """The retries of one client. Unless `patient`, there are none until the PSA has responded once.

    Threads share the number of failures in a row, so that they do not all retry while the PSA is down.
    """

    def __init__(self, *, patient: bool) -> None:
        self._most_failures = MOST_ATTEMPTS if patient else 1
        self._failures_in_a_row = 0

    def attempts(self) -> Iterable[stamina.Attempt]:
        """Yield the attempts of one request."""
        refusals: list[PsaListError] = []

        def is_retryable(error: Exception) -> bool:
            # Retry once, in case of a hiccup in the PSA or a proxy. A response that was too large would be so again.
            if isinstance(error, PsaListError) and not isinstance(error.__cause__, OutboundError):
                refusals.append(error)
                return len(refusals) == 1
            return self._is_retryable(error)

        return stamina.retry_context(on=is_retryable, attempts=MOST_ATTEMPTS, wait_max=LONGEST_PAUSE_SECONDS)

    def note_success(self) -> None:
        self._failures_in_a_row, self._most_failures = 0, MOST_ATTEMPTS

    def _is_retryable(self, error: Exception) -> bool:
        """Whether to retry shortly. Not for the rate limit: every process that shares it has to know first."""
        self._failures_in_a_row += 1
        is_retryable = isinstance(error, PsaUnavailable) and not isinstance(error, PsaRateLimited)
        return is_retryable and self._failures_in_a_row < self._most_failures
