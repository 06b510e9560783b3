"""Sends POST requests to receivers on this machine."""

from __future__ import annotations

import contextlib
import socket
from http.client import HTTPConnection
from threading import Lock
from typing import NamedTuple
from urllib.parse import SplitResult

_LOOPBACK = "127.0.0.1"
_READ = 2_000  # bytes of an answer's body


class PostResponse(NamedTuple):
    status: int
    body: str


class PostClient:
    """Sends one POST at a time, each on a new connection: the peer might close a reused one, and few PSAs retry.

    It always connects to 127.0.0.1, whatever the host name: names are never resolved.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: socket.socket | None = None
        self._closed = False

    def post(
        self, address: SplitResult, body: bytes, headers: dict[str, str], timeout: float, *, target: str = ""
    ) -> PostResponse:
        """Return the response, which may be a redirect. Raises OSError or HTTPException if there is none.

        `target` is the path and query, if they differ from those of the address.
        """
        port = address.port or 80
        target = target or f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
        connection = HTTPConnection(_LOOPBACK, port)
        with socket.socket() as peer, contextlib.closing(connection):
            peer.settimeout(timeout)
            self._hold(peer)
            try:
                peer.connect((_LOOPBACK, port))
                self._hold(peer)  # `close` may have been called before there was a connection to abort
                connection.sock = peer
                connection.request("POST", target, body, {"Host": address.netloc, "Connection": "close", **headers})
                with connection.getresponse() as response:
                    return PostResponse(response.status, response.read(_READ).decode("utf-8", "replace"))
            finally:
                self._let_go()

    def close(self) -> None:
        """Abort the current POST, and refuse all later ones."""
        with self._lock:
            self._closed = True
            if self._under_way:
                with contextlib.suppress(OSError):  # not connected yet, or not any more
                    self._under_way.shutdown(socket.SHUT_RDWR)

    def _hold(self, peer: socket.socket) -> None:
        with self._lock:
            if self._closed:
                raise OSError("the sandbox stops")
            self._under_way = peer

    def _let_go(self) -> None:
        with self._lock:
            self._under_way = None
