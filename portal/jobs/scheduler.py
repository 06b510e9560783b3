"""The scheduler process: opens due runs, wakes workers, notices silent webhooks, retries refused credentials, reviews
issues, queues alerts, retires records of disabled types, and deletes old data.

Duties are isolated: one that fails is logged and retried later, and the others continue.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from peewee import PeeweeException

from portal import log
from portal.db import connected
from portal.jobs import alerts, credential_retries, pairings, refetches, signing_keys, sync
from portal.services.connecting import wizard
from portal.services.issues.reviewing import Rounds
from portal.services.operations import retention
from portal.services.operations.isolation import Isolation
from portal.services.records import deletions
from portal.services.syncing import disabled_types, due_runs
from portal.services.webhooks import silence

EVERY_SECONDS: Final = 2.0

Duty = Callable[[Isolation], object]


def duties() -> dict[str, Duty]:
    """Return the duties of one scheduler, in their order. A duty writes nothing while there is nothing to do."""
    return {
        "forget stale drafts": lambda _: wizard.forget_stale_drafts(),
        "notice silent webhooks": silence.notice_silence,
        "open due runs": due_runs.open_runs,
        "ring for runs": sync.ring_waiting,
        "ring for refetches": refetches.ring_waiting,
        "ring for signing keys": signing_keys.ring_due,
        "ring for pairings": pairings.ring_waiting,
        "ring for credential retries": credential_retries.ring_due,
        "review issues": Rounds().review_due,
        "notice what to send alerts about": alerts.notice,
        "ring for alerts": alerts.ring_due,
        "put records of switched-off types out of scope": disabled_types.retire,
        "delete the records of disconnected integrations": deletions.work,
        "forget what is old": retention.prune,
    }


def serve() -> None:
    """Tick until asked to stop. A second scheduler does no harm: rows and job ids prevent duplicates."""
    stop, isolation, own = threading.Event(), Isolation(), duties()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    while not stop.is_set():
        try:
            tick(isolation, own)
        except PeeweeException as error:
            # The database will come back, or the operator restores it; a missed tick loses nothing.
            log.get(__name__).warning("a store does not answer", reason=str(error))
        stop.wait(EVERY_SECONDS)


def tick(isolation: Isolation, own: Mapping[str, Duty]) -> None:
    """Perform each duty once. `isolation` remembers failures between ticks."""
    with connected():
        for name, duty in own.items():
            isolation.attempt(name, partial(duty, isolation))
