"""The thread that sends deliveries."""

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
from portal.sandbox.halo.webhooks.post import PostClient
from portal.sandbox.halo.webhooks.register import Register, Registered
from portal.sandbox.halo.webhooks.signing import proof


class QueuedPost(NamedTuple):
    """A queued body, its future log entry, and a promise for callers that wait for the entry."""

    delivery: Delivery
    body: bytes
    content_type: str = "application/json"
    logged: Future[Delivery] | None = None


class Sender:
    """Sends queued posts once, in order. It begins with `start`; posts that still wait at `stop` are lost."""

    def __init__(self, register: Register, deliveries: Deliveries, timeout: Callable[[], float]) -> None:
        self._register = register
        self._deliveries = deliveries
        self._timeout = timeout
        self._poster = PostClient()
        self._changed = Condition()
        self._waiting: deque[QueuedPost] = deque()
        self._put = self._done = 0
        self._stopping = False
        self._thread = Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop at once, even if a receiver does not respond."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._poster.close()
        if self._thread.is_alive():
            self._thread.join()

    def put(self, queued_posts: Iterable[QueuedPost], *, limit: int) -> None:
        """Queue posts. If the queue is full, the log records them as not sent."""
        with self._changed:
            for queued in queued_posts:
                if len(self._waiting) >= limit:
                    self._log(queued, error="the queue is full")
                    continue
                self._waiting.append(queued)
                self._put += 1
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until everything queued before is done; return False on timeout."""
        with self._changed:
            goal = self._put
            self._changed.wait_for(lambda: self._done >= goal or self._stopping, timeout)
            return self._done >= goal

    def _run(self) -> None:
        while queued := self._next():
            registered = self._register.active(queued.delivery.webhook_id)
            if registered:
                self._send(registered, queued)
            elif queued.logged:
                queued.logged.set_exception(LookupError("the webhook was switched off or removed meanwhile"))
            with self._changed:
                self._done += 1
                self._changed.notify_all()

    def _next(self) -> QueuedPost | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stopping)
            return None if self._stopping else self._waiting.popleft()

    def _send(self, registered: Registered, queued: QueuedPost) -> None:
        webhook = registered.webhook
        headers = {"Content-Type": queued.content_type, "User-Agent": "Halo", **proof(webhook, queued.body)}
        started = time.perf_counter()
        try:
            status, text = self._poster.post(webhook.address, queued.body, headers, self._timeout())
            found: dict[str, Any] = {"status": status, "response": text}
        except (OSError, HTTPException) as problem:
            found = {"error": getattr(problem, "strerror", None) or str(problem)}
        self._register.count(registered.id, failed=not 200 <= found.get("status", 0) < 300)
        self._log(queued, ms=round((time.perf_counter() - started) * 1000, 3), **found)

    def _log(self, queued: QueuedPost, **found: Any) -> None:
        delivery = self._deliveries.add(msgspec.structs.replace(queued.delivery, **found))
        if queued.logged:
            queued.logged.set_result(delivery)
