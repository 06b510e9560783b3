"""Queues hourly credential retries. The database knows which are due; a job only wakes a worker."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import RETRY_CREDENTIALS
from portal.jobs.queue import SYNC_QUEUE
from portal.services.connecting import credential_retries
from portal.services.operations.isolation import Isolation


def ring_due(isolation: Isolation) -> None:
    """Wake a worker for each integration whose credentials may be tried again."""
    for integration_id in credential_retries.due():
        isolation.attempt(
            "ring for a credential retry", partial(_ring, integration_id), integration_id=integration_id
        )


def retry(integration_id: int) -> None:
    """Try the credentials again, in a worker process."""
    with connected():
        credential_retries.try_again(integration_id)


def _ring(integration_id: int) -> None:
    queue.ring(SYNC_QUEUE, RETRY_CREDENTIALS, integration_id, f"credential-retry-{integration_id}")
