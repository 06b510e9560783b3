"""The scheduler process: opens runs that are due, rings for what waits for a worker, notices webhooks that
have fallen silent, asks again where Halo has refused the credentials, and forgets what is old.
"""

from __future__ import annotations

import signal
import threading
from typing import Final

import redis
from peewee import PeeweeException

from portal import log
from portal.db import connected
from portal.jobs import recovery, rereads, sync
from portal.services import due, retention, silence, syncing, wizard

EVERY_SECONDS: Final = 2.0


def serve() -> None:
    """Tick until asked to stop. Two schedulers do no harm: rows and job ids make each step once only."""
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    while not stop.is_set():
        try:
            tick()
        except (PeeweeException, redis.RedisError) as error:
            # The stores come back or the operator brings them back; a missed tick loses nothing.
            log.get(__name__).warning("a store does not answer", reason=str(error))
        stop.wait(EVERY_SECONDS)


def tick() -> None:
    with connected():
        wizard.forget_stale_drafts()
        silence.notice_silence()
        due.open_runs()
        for run in syncing.claimable():
            sync.ring(run)
        rereads.ring_waiting()
        recovery.ring_due()
        retention.prune()
