"""Hourly tries and the queue: whether one is due is a row, the job only a doorbell."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import TRY_AGAIN
from portal.jobs.queue import SYNC_QUEUE
from portal.services.connecting import credential_retries
from portal.services.operations.isolation import Isolation


def ring_due(isolation: Isolation) -> None:
    """Call a worker for each integration that may ask Halo again."""
    for integration_id in credential_retries.due():
        isolation.attempt(
            "ring for a credential retry", partial(_ring, integration_id), integration_id=integration_id
        )


def try_again(integration_id: int) -> None:
    """Ask Halo whether it accepts the credentials, in a worker's process."""
    with connected():
        credential_retries.try_again(integration_id)


def _ring(integration_id: int) -> None:
    queue.ring(SYNC_QUEUE, TRY_AGAIN, integration_id, f"recovery-{integration_id}")
