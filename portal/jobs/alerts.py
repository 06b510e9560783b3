"""Queues the sending of alerts. The database knows what to send; a job only wakes a worker."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import SEND_ALERTS
from portal.jobs.queue import ALERT_QUEUE
from portal.services.alerts import attempts, flood, outbox, waiting
from portal.services.operations.isolation import Isolation


def ring(destination_id: int) -> None:
    """Wake a worker. The scheduler repeats this until nothing is due."""
    queue.ring(ALERT_QUEUE, SEND_ALERTS, destination_id, f"alerts-{destination_id}")


def notice(_isolation: Isolation) -> None:
    """Settle lost attempts, queue messages about issues that have begun or ended, and fold what would be too many."""
    attempts.settle_lost()
    outbox.notice()
    flood.fold()


def ring_due(isolation: Isolation) -> None:
    """Wake a worker for each destination with due messages."""
    for destination_id in waiting.due():
        isolation.attempt("ring for alerts", partial(ring, destination_id))


def send(destination_id: int) -> None:
    """Send a destination's due messages, in a worker process."""
    # Apprise takes a quarter of a second to load, and the scheduler needs none of it.
    from portal.services.alerts import delivery

    with connected():
        delivery.work(destination_id)
