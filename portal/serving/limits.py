"""The web server's limits per process: times, bytes, connections."""

from __future__ import annotations

from dataclasses import dataclass

KB = 1024
MB = 1024 * KB


@dataclass(frozen=True)
class ServerLimits:
    """A request must be complete `request_seconds` after its first byte, plus one second per `body_rate` bytes of
    body received, but after `longest_request_seconds` at the latest.

    A client must read a response at `reading_rate` bytes per second, or at `blocking_rate` if a thread waits for it.
    Both are measured over `reading_seconds`. If more than half of the threads wait for clients, the slowest clients
    below `fast_rate` are disconnected.

    `connections_per_address` covers only connections with an incomplete request, and excludes this machine, where a
    proxy forwards everybody's requests.
    """

    request_seconds: float = 10.0
    longest_request_seconds: float = 30.0
    body_rate: float = 16 * KB
    idle_seconds: float = 5.0
    linger_seconds: float = 2.0
    reading_seconds: float = 30.0
    reading_rate: float = 1 * KB
    blocking_rate: float = 16 * KB
    fast_rate: float = 256 * KB
    connections: int = 2_000
    connections_per_address: int = 100
    incoming_bytes: int = 64 * MB
    outgoing_bytes: int = 64 * MB
    waiting_deliveries: int = 500
    stuck_seconds: float = 10.0
    check_seconds: float = 1.0
