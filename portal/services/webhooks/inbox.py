"""Storing deliveries in batches, because a commit costs as much for a hundred as for one.

Requests hand over a delivery and wait until it is committed. One thread in each process writes everything that has
queued up since its last commit, so the cost of each delivery falls as the load rises.
"""

from __future__ import annotations

import json
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from peewee import PeeweeException

from portal import clock, log
from portal.db import connected, db, execute_many, placeholder, timestamp_value, write_queue
from portal.models.integrations import Integration
from portal.models.webhooks import RefetchRequestState
from portal.services.webhooks import delivery_store
from portal.services.webhooks.deliveries import Arrival
from portal.sync import catch_up

MOST_AT_ONCE: Final = 500
PATIENCE_SECONDS: Final = 20.0
LINGER_SECONDS: Final = 0.05
RESOLUTION: Final = timedelta(seconds=1)  # of Integration.last_delivery_at
# Larger batches mean fewer transactions, and in SQLite colliding writers have to sleep.
GATHER_SECONDS: Final = 0.005

# Hundreds may arrive in a second, and Peewee would take ten times as long to build the statements.
DELIVERY: Final = (
    *("integration_id", "received_at", "state", "event", "why", "headers", "body", "size", "message_key"),
)
REFETCH_REQUEST: Final = (
    *("delivery_id", "integration_id", "event", "record_type", "remote_id", "state", "why", "received_at"),
    *("settled_at", "attempts"),
)

Item = tuple[Arrival, "Future[None]"]


class Inbox:
    """If deliveries cannot be stored, a sync catches up on them as soon as the database accepts writes again.

    `stored` is called after each commit with the integrations that have something to refetch. The thread starts with
    the first delivery.
    """

    def __init__(self, stored: Callable[[set[int]], None]) -> None:
        self._stored = stored
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._missed: set[int] = set()

    def put(self, arrival: Arrival) -> None:
        """Return once the delivery is committed. Raises the error if it could not be stored."""
        done: Future[None] = Future()
        self._queue.put((arrival, done))
        self._keep_writing()
        done.result(PATIENCE_SECONDS)

    def miss(self, integration_id: int) -> None:
        """Have a sync catch up on a delivery that is not stored, without waiting for the database."""
        self._missed.add(integration_id)

    def _keep_writing(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_on, name="inbox", daemon=True)
                self._thread.start()

    def _write_on(self) -> None:
        while True:
            first = self._queue.get()
            try:
                with connected():
                    self._write_while_they_come(first)
            except PeeweeException as error:
                self._fail([first], error)

    def _write_while_they_come(self, first: Item) -> None:
        items = self._gathered(first)
        while items:
            self._write(items)
            items = self._gathered(None)

    def _gathered(self, first: Item | None) -> list[Item]:
        """Return what has arrived by now, or nothing after LINGER_SECONDS, so that the connection is released."""
        items = [first] if first else []
        with suppress(queue.Empty):
            if not items:
                items.append(self._queue.get(timeout=LINGER_SECONDS))
            clock.sleep(GATHER_SECONDS)
            while len(items) < MOST_AT_ONCE:
                items.append(self._queue.get_nowait())
        return items

    def _write(self, items: Sequence[Item]) -> None:
        missed = set(self._missed)
        try:
            with write_queue(), db.atomic():
                crowded = _store([arrival for arrival, _ in items])
                for integration_id in missed:
                    catch_up.request(integration_id)
        except Exception as error:  # noqa: BLE001  # it is raised again in each request that waits
            self._fail(items, error)
            return
        for _, done in items:
            done.set_result(None)
        self._missed -= missed
        self._stored(
            {arrival.integration_id for arrival, _ in items if any(not event.why for event in arrival.events)}
        )
        self._make_room(crowded)

    def _make_room(self, integration_ids: Iterable[int]) -> None:
        try:
            for integration_id in integration_ids:
                delivery_store.make_room(integration_id)
        except PeeweeException as error:
            # The deliveries are stored, and the scheduler makes room as well.
            log.get(__name__).warning("no room could be made for deliveries", reason=str(error))

    def _fail(self, items: Sequence[Item], error: Exception) -> None:
        log.get(__name__).error("deliveries could not be stored", count=len(items), exc_info=error)
        self._missed.update(arrival.integration_id for arrival, _ in items)
        for _, done in items:
            if not done.done():
                done.set_exception(error)


def _store(arrivals: Sequence[Arrival]) -> list[int]:
    """Store the deliveries, except repetitions; returns the integrations that now exceed their storage limit."""
    statement = f"{_insert('delivery', DELIVERY)} ON CONFLICT DO NOTHING RETURNING id"
    numbered: list[tuple[int, Arrival]] = []
    for each in arrivals:
        stored = db.execute_sql(statement, _delivery(each))
        if (row := stored.fetchone()) is not None:
            numbered.append((row[0], each))
    store_refetch_requests(numbered)
    new = [each for _, each in numbered]
    for integration_id in {each.integration_id for each in new if each.needs_sync}:
        catch_up.request_soon(integration_id)
    latest = {each.integration_id: each.received_at for each in arrivals}
    for integration_id, moment in latest.items():
        seen = Integration.last_delivery_at.is_null() | (Integration.last_delivery_at <= moment - RESOLUTION)
        Integration.update(last_delivery_at=moment).where(Integration.id == integration_id, seen).execute()
    sizes = Counter[int]()
    for each in new:
        sizes[each.integration_id] += each.size
    return delivery_store.add(sizes)


def store_refetch_requests(arrivals: Sequence[tuple[int, Arrival]]) -> None:
    """Write a refetch request for each event of these deliveries, inside the caller's transaction."""
    if refetch_requests := [
        refetch_request for number, each in arrivals for refetch_request in _refetch_requests(number, each)
    ]:
        execute_many(_insert("refetch_request", REFETCH_REQUEST), refetch_requests)


def _insert(table: str, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([placeholder()] * len(columns))})"  # noqa: S608  # made of the constants above


def _delivery(each: Arrival) -> tuple[Any, ...]:
    headers, moment = json.dumps(each.headers), timestamp_value(each.received_at)
    said = (each.state.value, each.event, each.why)
    return each.integration_id, moment, *said, headers, each.body, each.size, each.message_key


def _refetch_requests(delivery_id: int, arrival: Arrival) -> Iterator[tuple[Any, ...]]:
    moment = timestamp_value(arrival.received_at)
    for event in arrival.events:
        state, settled_at = (
            (RefetchRequestState.IGNORED, moment) if event.why else (RefetchRequestState.WAITING, None)
        )
        named = event.name, event.record_type, event.remote_id
        yield delivery_id, arrival.integration_id, *named, state.value, event.why, moment, settled_at, 0
