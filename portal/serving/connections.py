"""Limits the connections of a process: their number, in total and per network, and their memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from portal import clock, log
from portal.networks import network_of
from portal.serving.channels import NEVER, Channel
from portal.serving.limits import ServerLimits
from portal.serving.pools import Pools

# A client may just be sending a request on an idle connection: it still gets an answer, with Connection: close.
STOP_IDLE_SECONDS: Final = 1.0
STOP_ARRIVING_SECONDS: Final = 2.0


class Connections:
    """Makes room by closing the connection that has kept us waiting longest, of the network with most connections.

    Any thread may call `count`; all other methods belong to the event loop's thread.
    """

    def __init__(self, limits: ServerLimits, pools: Pools) -> None:
        self.is_stopping = False
        self.incoming = 0  # request bytes held in memory
        self._limits, self._pools = limits, pools
        self._all: dict[Channel, None] = {}
        self._by_network: dict[str, dict[Channel, None]] = {}
        self._lock = threading.Lock()
        self._next_check = 0.0
        self._stopping_since = NEVER

    def __len__(self) -> int:
        return len(self._all)

    def admit(self, channel: Channel) -> None:
        self._all[channel] = None
        mine = self._by_network.setdefault(network_of(channel.addr[0]), {})
        mine[channel] = None
        if len(self._all) > self._limits.connections:
            crowd = max(self._by_network.values(), key=len)
            self._make_room(crowd)
        if len(mine) > self._limits.connections_per_address and not channel.is_local:
            arriving = [each for each in mine if each.is_arriving]
            if len(arriving) > self._limits.connections_per_address:
                self._make_room(arriving)

    def forget(self, channel: Channel) -> None:
        self._all.pop(channel, None)
        network = network_of(channel.addr[0])
        mine = self._by_network.get(network, {})
        mine.pop(channel, None)
        if not mine:
            self._by_network.pop(network, None)
        with self._lock:
            self.incoming -= channel.counted
            channel.counted = 0

    def count(self, channel: Channel) -> None:
        """Update the number of request bytes that the connection holds."""
        with self._lock:
            held = channel.held
            self.incoming += held - channel.counted
            channel.counted = held

    def bound_incoming(self) -> None:
        """Close the connections that have been sending longest, until the request bytes are within the limit."""
        while self.incoming > self._limits.incoming_bytes:
            if not self._make_room([each for each in self._all if each.counted and each.is_arriving]):
                return

    def check(self) -> None:
        """Close connections that take too long. Does nothing more than once a second."""
        now = clock.monotonic()
        if now < self._next_check:
            return
        self._next_check = now + self._limits.check_seconds
        for channel in list(self._all):
            channel.check(now)
        self._bound_outgoing(now)
        self._free_threads(now)
        self._pools.watch(now)
        if self.is_stopping:
            self._close_remaining(now)

    def stop(self) -> None:
        """Begin a shutdown: finish requests in progress, but do not wait for slow clients."""
        self.is_stopping, self._stopping_since, self._next_check = True, clock.monotonic(), 0.0

    def _make_room(self, channels: Iterable[Channel]) -> bool:
        """Close one of these: the longest idle, else the longest arriving, else the slowest reader. False if none."""
        idle = [each for each in channels if each.is_idle]
        arriving = [each for each in channels if each.is_arriving]
        reading = [each for each in channels if each.total_outbufs_len]
        if idle:
            min(idle, key=lambda each: each.idle_since).handle_close()
        elif arriving:
            min(arriving, key=lambda each: each.began or 0.0).handle_close()
        elif reading:
            now = clock.monotonic()
            min(reading, key=lambda each: each.reading_rate(now)).handle_close()
        return bool(idle or arriving or reading)

    def _bound_outgoing(self, now: float) -> None:
        """Close the slowest readers until the unread response bytes are within the limit."""
        waiting = sorted(
            (each for each in self._all if each.total_outbufs_len), key=lambda each: each.reading_rate(now)
        )
        held = sum(each.total_outbufs_len for each in waiting)
        for channel in waiting:
            if held <= self._limits.outgoing_bytes:
                return
            held -= channel.total_outbufs_len
            channel.handle_close()

    def _free_threads(self, now: float) -> None:
        """Close the slowest readers that block threads, until at most half of all threads are blocked."""
        blocking = [each for each in self._all if each.is_blocking]
        too_many = len(blocking) - self._pools.pages.size // 2
        slow = [each for each in blocking if each.reading_rate(now) < self._limits.fast_rate]
        for channel in sorted(slow, key=lambda each: each.reading_rate(now))[: max(0, too_many)]:
            log.get(__name__).warning("a slow client was cut off", address=channel.addr[0])
            channel.handle_close()

    def _close_remaining(self, now: float) -> None:
        """Close idle connections shortly after the stop, and arriving ones a little later."""
        for channel in list(self._all):
            stopping_for = now - self._stopping_since
            if (channel.is_idle and stopping_for >= STOP_IDLE_SECONDS) or (
                channel.is_arriving and stopping_for >= STOP_ARRIVING_SECONDS
            ):
                channel.handle_close()
