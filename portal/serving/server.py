"""Listens, accepts connections, and runs the event loop."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any, Final

from waitress.adjustments import Adjustments
from waitress.server import BaseWSGIServer
from waitress.wasyncore import close_all, poll2

from portal.serving.channels import Channel
from portal.serving.connections import Connections
from portal.serving.heads import LARGEST_HEAD
from portal.serving.limits import MB, ServerLimits
from portal.serving.pools import Pools

MOST_ACCEPTED_AT_ONCE: Final = 64
RECEIVED_AT_ONCE: Final = 16 * 1024  # so that one client's bytes are parsed within milliseconds
UNBOUNDED: Final = 10**18  # this package has its own limits


class Listener(BaseWSGIServer):
    """One listening socket. All listeners share the event loop and the limits."""

    channel_class = Channel

    def __init__(self, sock: socket.socket, app: Any, server: Server) -> None:
        self.limits, self.connections = server.limits, server.connections
        self.trusts_local_proxy = server.trusts_local_proxy
        self._pools, self._is_unix = server.pools, sock.family == socket.AF_UNIX
        super().__init__(
            app,
            map=server.map,
            _sock=sock,
            dispatcher=server.pools.pages,
            adj=_adjustments(sock),
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            bind_socket=False,
        )
        self.server_name = self.effective_host

    def getsockname(self) -> tuple[str, str]:
        if self._is_unix:
            return "localhost", ""
        host, port = self.socket.getsockname()[:2]
        return host, str(port)

    def fix_addr(self, addr: Any) -> Any:
        return ("", 0) if self._is_unix else addr

    def add_task(self, channel: Channel) -> None:
        self._pools.add(channel)

    def handle_accept(self) -> None:
        for _ in range(MOST_ACCEPTED_AT_ONCE):
            try:
                accepted = self.accept()
            except OSError:
                return
            if accepted is None:
                return
            self._open_channel(*accepted)

    def _open_channel(self, connection: socket.socket, address: Any) -> None:
        try:
            if not self._is_unix:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            channel = Channel(self, connection, self.fix_addr(address), self.adj, map=self._map)
        except OSError:  # the client is gone already
            connection.close()
            return
        self.connections.admit(channel)

    def maintenance(self, now: float) -> None:
        """Do nothing: `Connections` handles this."""


class Server:
    """Serves these sockets with `threads` threads for pages and as many for deliveries, while `run_once` is called.

    With `trusts_local_proxy`, headers of a proxy on this machine may state that the request came over https.
    """

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        app: Any,
        *,
        threads: int,
        trusts_local_proxy: bool,
        limits: ServerLimits | None = None,
    ) -> None:
        self.limits, self.trusts_local_proxy = limits or ServerLimits(), trusts_local_proxy
        self.map: dict[int, Any] = {}
        self.pools = Pools(threads, self.limits)
        self.connections = Connections(self.limits, self.pools)
        self._listeners = [Listener(each, app, self) for each in sockets]

    def run_once(self, seconds: float) -> None:
        """Read and send whatever is ready, waiting at most this long for something to do."""
        poll2(seconds, self.map)
        self.connections.bound_incoming()
        self.connections.check()

    def wake(self) -> None:
        """Interrupt the wait in `run_once`. May be called from another thread or a signal handler."""
        self._listeners[0].pull_trigger()

    def stop_accepting(self) -> None:
        for listener in self._listeners:
            listener.accepting = False
        self.connections.stop()

    def close(self) -> None:
        """Close all connections and stop all threads."""
        self.pools.stop()
        close_all(self.map, ignore_all=True)

    @property
    def is_done(self) -> bool:
        return not len(self.connections)


def _adjustments(sock: socket.socket) -> Adjustments:
    return Adjustments(
        sockets=[sock] if sock.family != socket.AF_UNIX else [],
        backlog=2_048,
        recv_bytes=RECEIVED_AT_ONCE,
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=UNBOUNDED,
        # Bodies stay in memory, limited by `Connections`, and are never written to disk.
        inbuf_overflow=UNBOUNDED,
        outbuf_overflow=UNBOUNDED,
        outbuf_high_watermark=1 * MB,
        connection_limit=UNBOUNDED,
        clear_untrusted_proxy_headers=False,  # the portal decides which ones to trust
        log_socket_errors=False,
        ident=None,
    )
