"""One connection, with limits on how slowly a client may send requests and read responses."""

from __future__ import annotations

import socket
from typing import Any, Final

from waitress.channel import HTTPChannel

from portal import clock
from portal.serving.requests import Request
from portal.serving.tasks import RefusalTask, Task

NEVER: Final = float("inf")


class Channel(HTTPChannel):
    """Reads a request only after the response to the previous one has been sent: otherwise a client that pipelines
    requests and reads no responses would block threads.

    `began` is when the arriving request began, or the connection if it has sent none yet; None between requests.
    Everything except `service` runs in the event loop's thread.
    """

    task_class = Task
    error_task_class = RefusalTask
    parser_class = Request
    request: Any
    requests: Any

    def __init__(self, server: Any, sock: socket.socket, addr: Any, adj: Any, map: Any = None) -> None:  # noqa: A002  # waitress's name
        self.limits = server.limits
        self.began: float | None = clock.monotonic()
        self.idle_since = NEVER
        self.queued_at = 0.0
        self.counted = 0  # bytes that `Connections` has counted for it
        self.is_blocking = False  # whether a thread waits for the client to read
        self.sent = 0
        self._ahead = b""  # data of further requests
        self._measured: tuple[float, int] | None = None  # start of the measurement, and bytes sent before it
        self._lingers_until: float | None = None
        self._is_refused = False  # the client may still be sending a body that is not read
        super().__init__(server, sock, addr, adj, map)

    @property
    def is_local(self) -> bool:
        """Whether it comes from this machine, so most likely from a proxy."""
        return self.addr[0] in {"", "127.0.0.1", "::1", "::ffff:127.0.0.1"}

    @property
    def is_arriving(self) -> bool:
        """Whether we are waiting for a request, or for the rest of one."""
        return self.began is not None and not self._is_busy

    @property
    def is_idle(self) -> bool:
        return self.began is None and self.request is None and not self._is_busy

    @property
    def held(self) -> int:
        """The number of request bytes it holds in memory."""
        requests = [request for request in (*self.requests, self.request) if request is not None]
        return len(self._ahead) + sum(request.held for request in requests) if self.connected else 0

    @property
    def _is_busy(self) -> bool:
        if self.requests:  # checked first: a thread decides to close before it removes the last request
            return True
        return bool(self.total_outbufs_len or self.will_close or self.close_when_flushed or self._lingers_until)

    def handle_read(self) -> None:
        try:
            data = self.socket.recv(self.adj.recv_bytes)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data and self._lingers_until is None:
            self.received(data)
        elif not data and self.request is not None and self._lingers_until is None:
            self.refuse(400)
        elif not data:
            self.handle_close()

    def received(self, data: bytes) -> None:
        """Consume one request; the rest waits until that one is answered."""
        if self.will_close or self.close_when_flushed:
            return  # a thread has just decided to close
        if self.began is None:
            self.began = clock.monotonic()
        self._ahead = data
        while self._ahead and not self._take_request():
            pass
        self.server.connections.count(self)

    def _take_request(self) -> bool:
        """Consume data up to the end of a request; return whether there was a complete one."""
        request = self.request = self.request or self.parser_class(self.adj)
        self._ahead = self._ahead[request.received(self._ahead) :]
        if not request.completed:
            if request.expect_continue and request.headers_finished:
                self.send_continue()
            return False
        self.request = None
        if not request.empty:
            self._serve(request)
        return not request.empty

    def refuse(self, status: int) -> None:
        """Answer an incomplete request with this status, then close the connection."""
        request, self.request = self.request, None
        request.refuse(status)
        self._serve(request)

    def _serve(self, request: Any) -> None:
        self.began = None
        self.requests.append(request)
        self.server.add_task(self)

    def service(self) -> None:
        """Serve the next request. Runs in a pool thread."""
        self.idle_since, self._is_refused = NEVER, self.requests[0].is_refused
        super().service()
        self.idle_since = clock.monotonic()
        self.server.connections.count(self)

    def check(self, now: float) -> None:
        """Close the connection if its client takes too long."""
        if self._lingers_until is not None:
            if now > self._lingers_until:
                self.handle_close()
        elif self.total_outbufs_len:
            self._check_reader(now)
        elif self._is_busy:
            self._measured = None
        elif self.request is not None:
            self._check_request(now)
        elif self._is_silent_too_long(now):
            self.handle_close()

    def _is_silent_too_long(self, now: float) -> bool:
        if self.began is None:
            return bool(now - self.idle_since > self.limits.idle_seconds)
        return bool(now - self.began > self.limits.request_seconds)

    def _check_request(self, now: float) -> None:
        limits = self.limits
        allowed = limits.request_seconds + self.request.arrived / limits.body_rate
        if now - (self.began or now) > min(allowed, limits.longest_request_seconds):
            self.refuse(408)

    def _check_reader(self, now: float) -> None:
        since, before = self._measured = self._measured or (now, self.sent)
        if now - since >= self.limits.reading_seconds:
            rate = self.limits.blocking_rate if self.is_blocking else self.limits.reading_rate
            if self.sent - before < rate * (now - since):
                self.handle_close()
            self._measured = None

    def reading_rate(self, now: float) -> float:
        """Return the bytes per second that the client reads; infinity while that is unknown."""
        since, before = self._measured or (now, 0)
        return (self.sent - before) / (now - since) if now - since > 1 else NEVER

    def _flush_outbufs_below_high_watermark(self) -> None:
        self.is_blocking = True
        try:
            super()._flush_outbufs_below_high_watermark()
        finally:
            self.is_blocking = False

    def send(self, data: bytes, do_close: bool = True) -> int:  # noqa: ARG002, FBT001, FBT002  # waitress's signature
        # A thread must not close the connection while the loop uses it. The loop notices if the client is gone.
        sent: int = super().send(data, do_close=False)
        self.sent += sent
        return sent

    @property
    def _is_next(self) -> bool:
        return bool(self._ahead) and not self._is_busy

    def readable(self) -> bool:
        return self._lingers_until is not None or bool(not self._ahead and super().readable())

    def writable(self) -> bool:
        return self._lingers_until is None and bool(self._is_next or super().writable())

    def handle_write(self) -> None:
        if self._is_next:
            self.received(self._ahead)
            return
        if self.close_when_flushed and self._is_refused:
            self._flush_exception(self._flush_some)
            if self.connected and not self.will_close and not self.total_outbufs_len:
                self._linger()
                return
        super().handle_write()

    def _linger(self) -> None:
        """Keep reading and discard the data: closing now would reset the connection before the client reads it."""
        self._lingers_until = clock.monotonic() + self.limits.linger_seconds
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def handle_expt(self) -> None:
        self.handle_close()

    def handle_close(self) -> None:
        super().handle_close()
        self.server.connections.forget(self)
