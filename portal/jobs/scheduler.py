"""The scheduler process: opens runs that are due, rings for what waits for a worker, notices webhooks that
have fallen silent, asks again where Halo has refused the credentials, puts records of switched-off types out of
scope, and forgets what is old.

Each duty stands alone: one that fails is logged and tried again a little later, and the others go on.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from peewee import PeeweeException

from portal import log
from portal.db import connected
from portal.jobs import credential_retries, refetches, sync
from portal.services.connecting import wizard
from portal.services.operations import retention
from portal.services.operations.isolation import Isolation
from portal.services.syncing import disabled_types, due_runs
from portal.services.webhooks import silence

EVERY_SECONDS: Final = 2.0

# In this order. Each reads first, and writes nothing while there is nothing to do.
DUTIES: Final[dict[str, Callable[[Isolation], object]]] = {
    "forget stale drafts": lambda _: wizard.forget_stale_drafts(),
    "notice silent webhooks": silence.notice_silence,
    "open due runs": due_runs.open_runs,
    "ring for runs": sync.ring_waiting,
    "ring for refetches": refetches.ring_waiting,
    "ring for credential retries": credential_retries.ring_due,
    "put records of switched-off types out of scope": disabled_types.retire,
    "forget what is old": retention.prune,
}


def serve() -> None:
    """Tick until asked to stop. Two schedulers do no harm: rows and job ids make each step once only."""
    stop, isolation = threading.Event(), Isolation()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    while not stop.is_set():
        try:
            tick(isolation)
        except PeeweeException as error:
            # The database comes back or the operator brings it back; a missed tick loses nothing.
            log.get(__name__).warning("a store does not answer", reason=str(error))
        stop.wait(EVERY_SECONDS)


def tick(isolation: Isolation | None = None) -> None:
    """Do each duty once; `isolation` remembers from tick to tick which of them failed."""
    isolation = isolation or Isolation()
    with connected():
        for name, duty in DUTIES.items():
            isolation.attempt(name, partial(duty, isolation))
