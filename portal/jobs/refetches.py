"""Deliveries and the queue: the refetch requests are rows, the job only a doorbell."""

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
    """Rings from a thread of its own: a queue that is away must not keep who delivers waiting.

    Between two rings is a moment, in which all that comes is rung for once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[int] = set()
        self._is_ringing = False

    def ring_soon(self, integration_ids: set[int]) -> None:
        """Call a worker for each of them; what is asked for while the bell rings is rung once afterwards."""
        with self._lock:
            self._asked |= integration_ids
            if self._is_ringing or not self._asked:
                return
            self._is_ringing = True
        threading.Thread(target=self._ring_all, name="bell", daemon=True).start()

    def _ring_all(self) -> None:
        while asked := self._next():
            for integration_id in asked:
                ring(integration_id)
            clock.sleep(BETWEEN_RINGS_SECONDS)

    def _next(self) -> set[int]:
        with self._lock:
            asked, self._asked = self._asked, set()
            self._is_ringing = bool(asked)
            return asked


def ring(integration_id: int) -> None:
    """Call a worker; the scheduler does so again until the refetch requests are read."""
    queue.ring(WEBHOOK_QUEUE, REFETCH, integration_id, f"reread-{integration_id}")


def ring_waiting(isolation: Isolation) -> None:
    """Ring for all that wait and that nobody is at."""
    for integration_id in refetches.waiting():
        isolation.attempt("ring for a refetch", partial(ring, integration_id), integration_id=integration_id)


def refetch(integration_id: int) -> None:
    """Read again what refetch requests name, in a worker's process."""
    with connected():
        refetches.execute(integration_id)
