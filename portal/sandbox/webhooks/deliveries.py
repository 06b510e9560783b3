"""The log of deliveries."""

from __future__ import annotations

from collections import deque
from itertools import islice
from threading import Lock

import msgspec

_KEPT = 10_000


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One POST, or a failed attempt, which has an `error` and usually no `status`."""

    number: int = 0
    time: float
    tenant: str
    webhook_id: str
    event: str
    object_ids: list[int]
    request: str
    status: int | None = None
    response: str = ""
    ms: float = 0.0
    error: str | None = None
    attempt: int = 1
    target: str = ""  # the path and query, if they differ from the webhook's own


class Deliveries:
    """Keeps the newest deliveries."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: deque[Delivery] = deque(maxlen=_KEPT)
        self._total = 0

    def add(self, delivery: Delivery) -> Delivery:
        """Store a delivery; return it with its number."""
        with self._lock:
            self._total += 1
            numbered = msgspec.structs.replace(delivery, number=self._total)
            self._kept.append(numbered)
            return numbered

    def entries(self, *, after: int = 0, limit: int = 1000, **wanted: str) -> list[Delivery]:
        """Return deliveries numbered above `after` whose fields match `wanted`, oldest first."""
        with self._lock:
            kept = list(self._kept)
        found = [each for each in kept if each.number > after]
        return [each for each in found if all(str(getattr(each, k)) == v for k, v in wanted.items())][:limit]

    def newest(self, tenant: str, limit: int) -> list[Delivery]:
        """Return a tenant's deliveries, newest first."""
        with self._lock:
            return list(islice((each for each in reversed(self._kept) if each.tenant == tenant), limit))

    def get(self, number: int) -> Delivery:
        """Return a delivery. Raises KeyError if it is no longer kept."""
        with self._lock:
            found = next((each for each in self._kept if each.number == number), None)
        if found is None:
            raise KeyError(number)
        return found

    def last(self, webhook_id: str) -> Delivery | None:
        with self._lock:
            return next((each for each in reversed(self._kept) if each.webhook_id == webhook_id), None)
