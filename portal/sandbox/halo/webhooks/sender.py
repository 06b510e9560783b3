"""The thread that sends."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from http.client import HTTPException
from threading import Condition, Thread
from typing import Any, NamedTuple

import msgspec

from portal.sandbox.halo.webhooks.deliveries import Deliveries, Delivery
from portal.sandbox.halo.webhooks.post import Poster
from portal.sandbox.halo.webhooks.register import Register, Registered
from portal.sandbox.halo.webhooks.signing import proof


class Parcel(NamedTuple):
    """A body on its way, what the log will say of it, and a promise to whoever waits for that."""

    delivery: Delivery
    body: bytes
    content_type: str = "application/json"
    logged: Future[Delivery] | None = None


class Sender:
    """Sends what is put, once, in order. What was put before `start` waits for it; what waits at `stop` is lost."""

    def __init__(self, register: Register, deliveries: Deliveries, timeout: Callable[[], float]) -> None:
        self._register = register
        self._deliveries = deliveries
        self._timeout = timeout
        self._poster = Poster()
        self._changed = Condition()
        self._waiting: deque[Parcel] = deque()
        self._put = self._done = 0
        self._stopping = False
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End at once, whatever a receiver does."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._poster.close()
        if self._thread.is_alive():
            self._thread.join()

    def put(self, parcels: Iterable[Parcel], *, limit: int) -> None:
        """Queue them; where so many wait already, the log says that one was not sent."""
        with self._changed:
            for parcel in parcels:
                if len(self._waiting) >= limit:
                    self._log(parcel, error="the queue is full")
                    continue
                self._waiting.append(parcel)
                self._put += 1
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until all that was put before is done; False if that takes longer."""
        with self._changed:
            goal = self._put
            self._changed.wait_for(lambda: self._done >= goal or self._stopping, timeout)
            return self._done >= goal

    def _run(self) -> None:
        while parcel := self._next():
            registered = self._register.active(parcel.delivery.webhook_id)
            if registered:
                self._send(registered, parcel)
            elif parcel.logged:
                parcel.logged.set_exception(LookupError("the webhook was switched off or removed meanwhile"))
            with self._changed:
                self._done += 1
                self._changed.notify_all()

    def _next(self) -> Parcel | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            return None if self._stopping else self._waiting.popleft()

    def _send(self, registered: Registered, parcel: Parcel) -> None:
        webhook = registered.webhook
        headers = {"Content-Type": parcel.content_type, "User-Agent": "Halo", **proof(webhook, parcel.body)}
        started = time.perf_counter()
        try:
            status, text = self._poster.post(webhook.address, parcel.body, headers, self._timeout())
            found: dict[str, Any] = {"status": status, "response": text}
        except (OSError, HTTPException) as problem:
            found = {"error": getattr(problem, "strerror", None) or str(problem)}
        self._register.count(registered.id, failed=not 200 <= found.get("status", 0) < 300)
        self._log(parcel, ms=round((time.perf_counter() - started) * 1000, 3), **found)

    def _log(self, parcel: Parcel, **found: Any) -> None:
        delivery = self._deliveries.add(msgspec.structs.replace(parcel.delivery, **found))
        if parcel.logged:
            parcel.logged.set_result(delivery)
