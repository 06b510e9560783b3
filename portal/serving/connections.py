"""All connections of a process: how many there may be, from where, and how much they may hold in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

from portal import clock, log
from portal.networks import network_of
from portal.serving.channels import NEVER, Channel
from portal.serving.limits import ServerLimits
from portal.serving.pools import Pools

# A client may be sending on a connection that it takes for open: it still gets an answer, and is told to close.
STOP_IDLE_SECONDS: Final = 1.0
STOP_ARRIVING_SECONDS: Final = 2.0


class Connections:
    """Makes room by closing what has kept us waiting for longest, among the connections of the address that has most.

    `count` may be called by any thread, all else by the loop's.
    """

    def __init__(self, limits: ServerLimits, pools: Pools) -> None:
        self.is_stopping = False
        self.incoming = 0  # bytes of requests that are held
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
        """Note how many bytes of requests the connection holds now."""
        with self._lock:
            held = channel.held
            self.incoming += held - channel.counted
            channel.counted = held

    def bound_incoming(self) -> None:
        """Close the connections that have been sending for longest, while too much is held."""
        while self.incoming > self._limits.incoming_bytes:
            if not self._make_room([each for each in self._all if each.counted and each.is_arriving]):
                return

    def check(self) -> None:
        """End, once a second, what takes too long."""
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
            self._wind_up(now)

    def stop(self) -> None:
        """Answer what is asked, but let nobody keep us waiting."""
        self.is_stopping, self._stopping_since, self._next_check = True, clock.monotonic(), 0.0

    def _make_room(self, channels: Iterable[Channel]) -> bool:
        """Close the longest idle of these, or the longest arriving, or the slowest reader; False if there is none."""
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
        """Close the slowest readers while too much waits to be read."""
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
        """Close the slowest readers for whom threads wait, as long as these are more than half of all threads."""
        blocking = [each for each in self._all if each.is_blocking]
        too_many = len(blocking) - self._pools.pages.size // 2
        slow = [each for each in blocking if each.reading_rate(now) < self._limits.fast_rate]
        for channel in sorted(slow, key=lambda each: each.reading_rate(now))[: max(0, too_many)]:
            log.get(__name__).warning("a slow client was cut off", address=channel.addr[0])
            channel.handle_close()

    def _wind_up(self, now: float) -> None:
        """Close what is idle a moment after the stop, and what is still arriving a little later."""
        for channel in list(self._all):
            stopping_for = now - self._stopping_since
            if (channel.is_idle and stopping_for >= STOP_IDLE_SECONDS) or (
                channel.is_arriving and stopping_for >= STOP_ARRIVING_SECONDS
            ):
                channel.handle_close()
