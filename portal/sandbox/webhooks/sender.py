"""The thread that sends deliveries."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from heapq import heappop, heappush
from http.client import HTTPException
from threading import Condition, Thread
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from portal.sandbox.webhooks.deliveries import Deliveries, Delivery
from portal.sandbox.webhooks.post import PostClient
from portal.sandbox.webhooks.register import Register, Registered
from portal.sandbox.webhooks.webhook import Webhook

W = TypeVar("W", bound=Webhook)


class QueuedPost(NamedTuple):
    """A queued body, its future log entry, and a promise for callers that wait for the entry."""

    delivery: Delivery
    body: bytes
    content_type: str = "application/json"
    logged: Future[Delivery] | None = None
    target: str = ""  # the path and query, if they differ from the webhook's own


class Rules(ABC, Generic[W]):
    """How a PSA sends: headers, patience, and when it tries again."""

    @abstractmethod
    def headers(self, webhook: W, registered_id: str, body: bytes) -> dict[str, str]: ...

    @abstractmethod
    def timeout(self) -> float: ...

    def pause_after(self, status: int | None, attempt: int) -> float | None:
        """Return the seconds until the next attempt; None if there is none."""
        del status, attempt
        return None


class Sender(Generic[W]):
    """Sends queued posts in order, and repeats some later. It begins with `start`; what waits at `stop` is lost."""

    def __init__(self, register: Register[W], deliveries: Deliveries, rules: Rules[W]) -> None:
        self._register = register
        self._deliveries = deliveries
        self._rules = rules
        self._poster = PostClient()
        self._changed = Condition()
        self._waiting: deque[tuple[int, QueuedPost]] = deque()
        self._later: list[tuple[float, int, QueuedPost]] = []
        self._put = self._done = 0
        self._repeated: set[int] = set()  # those that are sent more than once, until they are done
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
                self._put += 1
                self._waiting.append((self._put, queued))
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until everything queued before is done; return False on timeout."""
        with self._changed:
            goal = self._put
            self._changed.wait_for(lambda: self._is_done(goal) or self._stopping, timeout)
            return self._is_done(goal)

    def _is_done(self, goal: int) -> bool:
        return self._done >= goal and not any(number <= goal for number in self._repeated)

    def _run(self) -> None:
        while found := self._next():
            number, queued = found
            registered = self._register.active(queued.delivery.webhook_id)
            pause = None
            if registered:
                pause = self._send(registered, queued)
            elif queued.logged:
                queued.logged.set_exception(LookupError("the webhook was switched off or removed meanwhile"))
            with self._changed:
                self._repeated.discard(number)
                if pause is not None:
                    self._repeated.add(number)
                    again = msgspec.structs.replace(queued.delivery, attempt=queued.delivery.attempt + 1)
                    heappush(self._later, (time.monotonic() + pause, number, queued._replace(delivery=again)))
                self._done = max(self._done, number)
                self._changed.notify_all()

    def _next(self) -> tuple[int, QueuedPost] | None:
        with self._changed:
            while not self._stopping:
                wait = self._later[0][0] - time.monotonic() if self._later else None
                if wait is not None and wait <= 0:
                    _, number, queued = heappop(self._later)
                    return number, queued
                if self._waiting:
                    return self._waiting.popleft()
                self._changed.wait(wait)
            return None

    def _send(self, registered: Registered[W], queued: QueuedPost) -> float | None:
        """Send once. Return the seconds until it should be repeated, if so."""
        webhook = registered.webhook
        headers = {
            "Content-Type": queued.content_type,
            **self._rules.headers(webhook, registered.id, queued.body),
        }
        started = time.perf_counter()
        try:
            status, text = self._poster.post(
                webhook.address, queued.body, headers, self._rules.timeout(), target=queued.target
            )
            found: dict[str, Any] = {"status": status, "response": text}
        except (OSError, HTTPException) as problem:
            found = {"error": getattr(problem, "strerror", None) or str(problem)}
        failed = not 200 <= found.get("status", 0) < 300
        pause = self._rules.pause_after(found.get("status"), queued.delivery.attempt) if failed else None
        if pause is None:
            self._register.count(registered.id, failed=failed)
        self._log(queued, ms=round((time.perf_counter() - started) * 1000, 3), **found)
        return pause

    def _log(self, queued: QueuedPost, **found: Any) -> None:
        delivery = self._deliveries.add(msgspec.structs.replace(queued.delivery, **found))
        if queued.logged and not queued.logged.done():
            queued.logged.set_result(delivery)
