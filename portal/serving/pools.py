"""Threads, apart for pages, for deliveries and for refusals: none of them has to wait for another."""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

from portal import clock, log
from portal.serving.limits import ServerLimits

LOG_SECONDS = 60.0


class Pool(ThreadedTaskDispatcher):
    """Serves complete requests in the order in which they came."""

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
        """Log, once a minute at most, that a request has been waiting for a thread for too long."""
        with self.lock:
            waited = now - self.queue[0].queued_at if self.queue else 0.0
        if waited > patience and now - self._logged > LOG_SECONDS:
            self._logged = now
            log.get(__name__).warning(
                "all threads are busy", pool=self.name, threads=self.size, waiting=self.waiting, seconds=round(waited)
            )


class Pools:
    """As many threads for deliveries as for pages: both wait for the database most of the time."""

    def __init__(self, threads: int, limits: ServerLimits) -> None:
        self._limits = limits
        self.pages = Pool("pages", threads)
        self.deliveries = Pool("deliveries", threads)
        self._refusals = Pool("refusals", 1)

    def add(self, channel: Any) -> None:
        """Have the channel's next request served. Deliveries that queue up too long are turned away at once."""
        request = channel.requests[0]
        if request.error is not None:
            self._refusals.add_task(channel)
        elif not request.is_delivery:
            self.pages.add_task(channel)
        elif self.deliveries.waiting < self._limits.waiting_deliveries:
            self.deliveries.add_task(channel)
        else:
            request.is_one_too_many = True
            self._refusals.add_task(channel)

    def stop(self) -> None:
        """Let the threads end, each after what it is doing."""
        for pool in (self.pages, self.deliveries, self._refusals):
            pool.set_thread_count(0)

    def watch(self, now: float) -> None:
        for pool in (self.pages, self.deliveries, self._refusals):
            pool.watch(now, self._limits.stuck_seconds)
