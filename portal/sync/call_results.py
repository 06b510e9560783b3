"""The results of a step's PSA calls, and the requests that no write has counted yet."""

from __future__ import annotations

from datetime import datetime

from portal.psa.source import Row
from portal.sync.details import SingleRecord
from portal.sync.fetcher import Fetched


class CallResults:
    """The engine's results for one step, in the order in which they arrived."""

    def __init__(self) -> None:
        self._last: Fetched
        self._unwritten_requests = 0

    def take(self, fetched: Fetched) -> None:
        self._last = fetched
        self._unwritten_requests += fetched.requests

    @property
    def asked_at(self) -> datetime:
        """Return when the last call began."""
        return self._last.asked_at

    @property
    def budget_left(self) -> int:
        """Return how many reserved requests were left after the last call."""
        return self._last.budget_left

    def single(self, remote_id: int, row: Row | None) -> SingleRecord:
        """Return the last result as that of a record fetched by its id, and count its requests as written."""
        return SingleRecord(remote_id, row, self.asked_at, self.take_requests())

    def add_requests(self, requests: int) -> None:
        self._unwritten_requests += requests

    def take_requests(self) -> int:
        """Return how many requests are not written yet, and count them as written."""
        requests, self._unwritten_requests = self._unwritten_requests, 0
        return requests
