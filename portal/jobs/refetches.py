"""Queues refetches. The database knows what to refetch; a job only wakes a worker."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import REFETCH
from portal.jobs.queue import WEBHOOK_QUEUE
from portal.services.operations.isolation import Isolation
from portal.services.webhooks import refetches


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
