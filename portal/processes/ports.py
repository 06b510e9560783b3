"""Listens on local ports, with a free one as fallback if the wanted port is taken."""

from __future__ import annotations

import socket

LOCAL = "127.0.0.1"


def listen(wanted: int) -> socket.socket:
    """Listen on the wanted port, or on a free one if that is taken.

    The caller keeps the socket open, so the port stays ours while the process that serves it restarts.
    """
    try:
        return socket.create_server((LOCAL, wanted), backlog=128)
    except OSError:
        return socket.create_server((LOCAL, 0), backlog=128)


def free(wanted: int) -> int:
    """Return the wanted port, or a free one if that is taken, for a program that opens its port itself."""
    with listen(wanted) as listener:
        return port_of(listener)


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port
