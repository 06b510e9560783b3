"""Sends a response in one piece, unless a fault interferes."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from threading import Event

from portal.sandbox.faults import Fault
from portal.sandbox.http import Response
from portal.sandbox.server import ConnectionClosed

_BLOCK = b'{"id":1,"name":"' + b"x" * 65_000 + b'"},'
_GIGABYTES = 3 * 1024**3


def deliver(
    peer: socket.socket,
    response: Response,
    faults: tuple[Fault, ...],
    *,
    released: Event,
    stopping: Event,
    before_sending: Callable[[], None],
) -> None:
    """Send a response. Raises ConnectionClosed if the connection cannot be reused."""
    for fault in faults:
        if fault.what == "slow":
            _wait(fault.seconds, stopping)
        elif fault.what == "hold":
            _hold(released, stopping)
        elif fault.what == "drip":
            return _drip(peer, response.encode(), fault, stopping)
        elif fault.what == "reset":
            _reset(peer, response.encode()[: fault.size])
        elif fault.what == "huge":
            _huge(peer, fault)
    before_sending()
    return response.send(peer)


def _wait(seconds: float, stopping: Event) -> None:
    if stopping.wait(seconds):
        raise ConnectionClosed


def _hold(released: Event, stopping: Event) -> None:
    while not released.wait(0.05):
        if stopping.is_set():
            raise ConnectionClosed


def _drip(peer: socket.socket, data: bytes, fault: Fault, stopping: Event) -> None:
    step = fault.size or 1
    for start in range(0, len(data), step):
        peer.sendall(data[start : start + step])
        _wait(fault.seconds, stopping)


def _reset(peer: socket.socket, sent_before: bytes) -> None:
    """Make close() send RST instead of FIN, with a linger time of zero."""
    peer.sendall(sent_before)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ConnectionClosed


def _huge(peer: socket.socket, fault: Fault) -> None:
    """Stream a list of at least `size` bytes, with only one block in memory."""
    size = fault.size or _GIGABYTES
    head = b'{"record_count":1,"clients":['
    framing = "Transfer-Encoding: chunked" if fault.chunked else f"Content-Length: {size}"
    peer.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{framing}\r\n\r\n".encode())
    sent = 0
    while sent < size:
        block = (_BLOCK if sent else head)[: size - sent]
        peer.sendall(b"%x\r\n%b\r\n" % (len(block), block) if fault.chunked else block)
        sent += len(block)
    if fault.chunked:
        peer.sendall(b"0\r\n\r\n")
    raise ConnectionClosed
