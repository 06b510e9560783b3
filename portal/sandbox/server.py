"""A small HTTP server for sandboxes: a thread per connection, keep-alive, one write per answer."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from typing import BinaryIO, cast

from portal.sandbox.http import BadRequest, Request, Response, read_request

# Handles one request on this socket. Raises ConnectionClosed to end the connection.
Exchange = Callable[[Request, socket.socket], None]


class ConnectionClosed(Exception):
    """The connection can no longer be used."""


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            while True:
                try:
                    request = read_request(cast(BinaryIO, self.rfile))
                except (BadRequest, ValueError):
                    self.connection.sendall(Response(400).encode())
                    return
                if request is None:
                    return
                self.server.exchange(request, self.connection)
                if request.headers.get("connection", "").lower() == "close":
                    return


class Server(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1 once created; `start` serves in a thread, `stop` ends everything."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, port: int, exchange: Exchange, *, certfile: str | None, keyfile: str | None) -> None:
        self.exchange = exchange
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._tls = None
        if certfile:
            self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self._tls.load_cert_chain(certfile, keyfile)
        super().__init__(("127.0.0.1", port), _Connection)
        self._stopping = False
        self._thread = threading.Thread(target=self._accept, name="sandbox", daemon=True)

    @property
    def url(self) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop at once: `serve_forever` only polls for its end, which would slow down hundreds of tests."""
        self._stopping = True
        socket.create_connection(self.socket.getsockname()).close()  # wakes the accepting thread
        self._thread.join()
        self.server_close()
        with self._lock:
            for peer in self._open:
                with contextlib.suppress(OSError):
                    peer.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                peer, address = self.get_request()
            except OSError:  # the peer disconnected before it was accepted
                continue
            if self._stopping:
                self.shutdown_request(peer)
                return
            self.process_request(peer, address)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Do the TLS handshake in the connection's own thread, so that a slow peer does not block others."""
        peer, address = super().get_request()
        if self._tls:
            peer = self._tls.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(peer)
        return peer, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)
