"""Which opportunity statuses mean that a deal is closed: asked for only if a status's name does not tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

import msgspec

from portal.connectwise.pages import Row
from portal.connectwise.values import id_of
from portal.errors import PsaError, PsaRateLimited
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

PATH: Final = "sales/opportunities/statuses"
CLOSED_FLAGS: Final = ("closedFlag", "wonFlag", "lostFlag")


class OpportunityStatuses:
    """The list of statuses, fetched once. `ask` requests it, without retries."""

    def __init__(self, ask: Callable[[], Response]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._closed: frozenset[int] | None = None

    def decided(self, row: Row) -> Row:
        """Return the row with `is_closed` as its status says. Raises PsaRateLimited."""
        facts = row.facts
        if facts is None or facts.status is None or facts.status not in self._closed_ones():
            return row
        return row._replace(facts=msgspec.structs.replace(facts, is_closed=True))

    def _closed_ones(self) -> frozenset[int]:
        with self._lock:
            if self._closed is None:
                self._closed = self._read()
            return self._closed

    def _read(self) -> frozenset[int]:
        """Fetch the closed statuses, as far as ConnectWise says."""
        try:
            response = self._ask()
            rows: Any = msgspec.json.decode(response.body) if response.status == 200 else []
        except PsaRateLimited:
            raise
        except (PsaError, *JSON_ERRORS):
            rows = []
        statuses = [each for each in rows if isinstance(each, Mapping)] if isinstance(rows, list) else []
        closed = (each for each in statuses if any(each.get(flag) is True for flag in CLOSED_FLAGS))
        return frozenset(number for each in closed if (number := id_of(each)) is not None)
