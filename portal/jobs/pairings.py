"""Queues the reading of clients that are to be paired. The database knows what to read; a job only wakes a worker."""

from __future__ import annotations

from functools import partial

from portal.db import connected
from portal.jobs import queue
from portal.jobs.allowlist import READ_PAIRING
from portal.jobs.queue import SYNC_QUEUE
from portal.models.accounts import Account, User
from portal.services.operations.isolation import Isolation
from portal.services.switching import pairings, reading


def read_later(account: Account, psa: str, user: User | None) -> None:
    """Ask for the clients of both PSAs and wake a worker. Raises Conflict if there are no two PSAs to pair."""
    ring(pairings.request(account, psa, user).id)


def ring(pairing_id: int) -> None:
    """Wake a worker. The scheduler repeats this until the pairing is claimed."""
    queue.ring(SYNC_QUEUE, READ_PAIRING, pairing_id, f"pairing-{pairing_id}")


def ring_waiting(isolation: Isolation) -> None:
    """Wake a worker for each pairing that waits for one."""
    for pairing_id in pairings.claimable():
        isolation.attempt("ring for a pairing", partial(ring, pairing_id))


def read(pairing_id: int) -> None:
    """Read the clients of both PSAs in a worker process."""
    with connected():
        reading.execute(pairing_id)
