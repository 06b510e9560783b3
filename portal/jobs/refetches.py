"""Queues refetches. The database knows what to refetch; a job only wakes a worker."""

from __future__ import annotations

import threading
from functools import partial
from typing import Final

from portal import clock
from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import REFETCH
from portal.jobs.queue import WEBHOOK_QUEUE
from portal.services.operations.isolation import Isolation
from portal.services.webhooks import refetches

BETWEEN_RINGS_SECONDS: Final = 0.25


class Bell:
    """Rings from its own thread, so that a slow Redis does not delay the answer to a webhook.

    It pauses between rings; deliveries that arrive meanwhile share the next one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested: set[int] = set()
        self._is_ringing = False

    def ring_soon(self, integration_ids: set[int]) -> None:
        """Wake a worker for each integration. Calls during a ring lead to one more ring afterwards."""
        with self._lock:
            self._requested |= integration_ids
            if self._is_ringing or not self._requested:
                return
            self._is_ringing = True
        threading.Thread(target=self._ring_all, name="bell", daemon=True).start()

    def _ring_all(self) -> None:
        while requested := self._next():
            for integration_id in requested:
                ring(integration_id)
            clock.sleep(BETWEEN_RINGS_SECONDS)

    def _next(self) -> set[int]:
        with self._lock:
            requested, self._requested = self._requested, set()
            self._is_ringing = bool(requested)
            return requested


def ring(integration_id: int) -> None:
    """Wake a worker. The scheduler repeats this until the refetch requests are settled."""
    queue.ring(WEBHOOK_QUEUE, REFETCH, integration_id, f"refetch-{integration_id}")


def ring_waiting(isolation: Isolation) -> None:
    """Wake a worker for each integration with due refetch requests that no worker holds."""
    for integration_id in refetches.waiting():
        isolation.attempt("ring for a refetch", partial(ring, integration_id), integration_id=integration_id)


def refetch(integration_id: int) -> None:
    """Refetch the records that refetch requests name, in a worker process."""
    with connected():
        refetches.execute(integration_id)
