"""Separate thread pools for pages, deliveries and refusals, so that none has to wait for another."""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

from portal import clock, log
from portal.serving.limits import ServerLimits

LOG_SECONDS = 60.0


class Pool(ThreadedTaskDispatcher):
    """Serves complete requests in order of arrival."""

    def __init__(self, name: str, threads: int) -> None:
        super().__init__()
        self.name, self.size = name, threads
        self._logged = -LOG_SECONDS
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        task.queued_at = clock.monotonic()
        with self.lock:
            self.queue.append(task)
            self.queue_cv.notify()

    @property
    def waiting(self) -> int:
        return len(self.queue)

    def watch(self, now: float, patience: float) -> None:
        """Log, at most once a minute, that a request has waited too long for a thread."""
        with self.lock:
            waited = now - self.queue[0].queued_at if self.queue else 0.0
        if waited > patience and now - self._logged > LOG_SECONDS:
            self._logged = now
            log.get(__name__).warning(
                "all threads are busy", pool=self.name, threads=self.size, waiting=self.waiting, seconds=round(waited)
            )


class Pools:
    """Deliveries get as many threads as pages: both mostly wait for the database."""

    def __init__(self, threads: int, limits: ServerLimits) -> None:
        self._limits = limits
        self.pages = Pool("pages", threads)
        self.deliveries = Pool("deliveries", threads)
        self._refusals = Pool("refusals", 1)

    def add(self, channel: Any) -> None:
        """Queue the channel's next request. Deliveries are refused at once if too many are waiting."""
        request = channel.requests[0]
        if request.error is not None:
            self._refusals.add_task(channel)
        elif not request.is_delivery:
            self.pages.add_task(channel)
        elif self.deliveries.waiting < self._limits.waiting_deliveries:
            self.deliveries.add_task(channel)
        else:
            request.is_over_limit = True
            self._refusals.add_task(channel)

    def stop(self) -> None:
        """Stop the threads, each after its current request."""
        for pool in (self.pages, self.deliveries, self._refusals):
            pool.set_thread_count(0)

    def watch(self, now: float) -> None:
        for pool in (self.pages, self.deliveries, self._refusals):
            pool.watch(now, self._limits.stuck_seconds)
