"""Queues the fetching of signing keys. The database knows which are needed; a job only wakes a worker."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import FETCH_KEY
from portal.jobs.queue import WEBHOOK_QUEUE
from portal.services.operations.isolation import Isolation
from portal.services.webhooks import signing_keys


def ring(key_id: int) -> None:
    """Wake a worker. The scheduler repeats this until the key is fetched, or given up."""
    queue.ring(WEBHOOK_QUEUE, FETCH_KEY, key_id, f"signing-key-{key_id}")


def ring_due(isolation: Isolation) -> None:
    """Wake a worker for each key that is due."""
    for key_id in signing_keys.due():
        isolation.attempt("ring for a signing key", partial(ring, key_id))


def fetch(key_id: int) -> None:
    """Fetch a key, in a worker process."""
    with connected():
        signing_keys.fetch(key_id)
