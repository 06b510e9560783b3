"""Real servers on 127.0.0.1, which send arbitrary bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Listener:
    """Counts who connects, keeps what the last of them asked, and talks as it was told."""

    port: int
    host: str = "127.0.0.1"
    connections: int = 0
    asked: bytes = b""
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"


Talk = Callable[[Listener, socket.socket], None]


@contextlib.contextmanager
def listening(talk: Talk, host: str = "127.0.0.1", port: int = 0) -> Iterator[Listener]:
    """Accept connections inside the block; `talk` holds the conversation after a request's head has arrived."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family) as server:
        listener = Listener(server.getsockname()[1], host)
        thread = threading.Thread(target=_accept, args=(server, listener, talk), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            listener.stopping.set()
            server.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
            thread.join(5)


def answering(data: bytes) -> Talk:
    """Return a talk that sends `data` and hangs up."""
    return lambda _, peer: peer.sendall(data)


def dripping(data: bytes, seconds: float = 0.01) -> Talk:
    """Return a talk that sends `data` and then one blank after the other, for ever."""

    def talk(listener: Listener, peer: socket.socket) -> None:
        peer.sendall(data)
        while not listener.stopping.wait(seconds):
            peer.sendall(b" ")

    return talk


def silent(listener: Listener, _: socket.socket) -> None:
    """Say nothing at all."""
    listener.stopping.wait(30)


def _accept(server: socket.socket, listener: Listener, talk: Talk) -> None:
    while not listener.stopping.is_set():
        with contextlib.suppress(OSError):
            peer, _ = server.accept()
            with peer:
                listener.connections += 1
                listener.asked = _request(peer)
                talk(listener, peer)


def _request(peer: socket.socket) -> bytes:
    """Read what is asked; a form as well, for hanging up on unread bytes would reset the connection."""
    asked = peer.recv(65536)
    while asked.startswith(b"POST") and not _is_whole(asked):
        asked += peer.recv(65536)
    return asked


def _is_whole(asked: bytes) -> bool:
    head, blank, body = asked.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
    return bool(blank) and len(body) >= int(length or 0)
