"""Storing deliveries, many in one transaction: a commit costs as much for a hundred as for one.

Requests hand over what has arrived and wait until it is stored for good. One thread in each process writes whatever
has gathered since it last committed; so the more come at a time, the less each costs.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any, Final

from portal import log
from portal.db import connected, db
from portal.models.integrations import Integration
from portal.models.webhooks import Delivery, Hint, HintState
from portal.services.deliveries import Arrival
from portal.sync import catching_up

MOST_AT_ONCE: Final = 500
PATIENCE_SECONDS: Final = 20.0

Item = tuple[Arrival, "Future[None]"]


class Inbox:
    """What could not be stored is made up for by a sync, once the database takes anything again.

    `stored` is told afterwards for which integrations something came. Its thread starts with the first delivery.
    """

    def __init__(self, stored: Callable[[set[int]], None]) -> None:
        self._stored = stored
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._missed: set[int] = set()

    def put(self, arrival: Arrival) -> None:
        """Return when the delivery is stored for good. Raises whatever kept it from being."""
        done: Future[None] = Future()
        self._queue.put((arrival, done))
        self._keep_writing()
        done.result(PATIENCE_SECONDS)

    def _keep_writing(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_on, name="inbox", daemon=True)
                self._thread.start()

    def _write_on(self) -> None:
        while True:
            items = [self._queue.get()]
            while len(items) < MOST_AT_ONCE and not self._queue.empty():
                items.append(self._queue.get())
            self._write(items)

    def _write(self, items: Sequence[Item]) -> None:
        try:
            with connected(), db.atomic():
                _store([arrival for arrival, _ in items])
                for integration_id in self._missed:
                    catching_up.owe(integration_id)
        except Exception as error:  # noqa: BLE001  # it is raised again in each request that waits
            self._missed.update(arrival.integration_id for arrival, _ in items)
            log.get(__name__).error("deliveries could not be stored", count=len(items), exc_info=error)
            for _, done in items:
                done.set_exception(error)
            return
        for _, done in items:
            done.set_result(None)
        self._missed.clear()
        self._stored(
            {arrival.integration_id for arrival, _ in items if any(not event.why for event in arrival.events)}
        )


def _store(arrivals: Sequence[Arrival]) -> None:
    rows = [
        {
            "integration": each.integration_id,
            "received_at": each.received_at,
            "state": each.state,
            "event": each.event,
            "why": each.why,
            "headers": each.headers,
            "body": each.body,
        }
        for each in arrivals
    ]
    inserted: Any = Delivery.insert_many(rows).returning(Delivery.id).tuples().execute()
    # Both engines number the rows of one statement in their order, but may return them in another.
    ids = sorted(row[0] for row in inserted)
    hints = [hint for number, each in zip(ids, arrivals, strict=True) for hint in _hints(number, each)]
    for start in range(0, len(hints), MOST_AT_ONCE):
        Hint.insert_many(hints[start : start + MOST_AT_ONCE]).execute()
    latest = {each.integration_id: each.received_at for each in arrivals}
    for integration_id, moment in latest.items():
        Integration.update(last_delivery_at=moment).where(Integration.id == integration_id).execute()


def _hints(delivery_id: int, arrival: Arrival) -> Iterable[dict[str, Any]]:
    for event in arrival.events:
        yield {
            "delivery": delivery_id,
            "integration": arrival.integration_id,
            "event": event.name,
            "record_type": event.record_type,
            "remote_id": event.remote_id,
            "state": HintState.IGNORED if event.why else HintState.WAITING,
            "why": event.why,
            "received_at": arrival.received_at,
            "settled_at": arrival.received_at if event.why else None,
        }
