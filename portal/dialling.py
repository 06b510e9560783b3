"""Resolves a host name and connects to one of its addresses, within a time limit."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from itertools import chain, zip_longest
from threading import BoundedSemaphore, Thread
from typing import Any, Final, NamedTuple, cast

from portal import clock

# The operating system's look-up cannot be cancelled, so one that hangs blocks its thread until it returns.
MOST_LOOKUPS_AT_ONCE: Final = 32
# RFC 8305: how long to wait for an address before trying the next one in parallel.
HEAD_START_SECONDS: Final = 0.25
MOST_ADDRESSES: Final = 8

_lookups = BoundedSemaphore(MOST_LOOKUPS_AT_ONCE)


class Address(NamedTuple):
    family: int
    where: tuple[Any, ...]

    @property
    def ip(self) -> str:
        return str(self.where[0])


def look_up(host: str, port: int, seconds: float) -> list[Address]:
    """Return all addresses of a host, alternating between IPv6 and IPv4.

    Raises TimeoutError, or OSError or UnicodeError from socket.getaddrinfo.
    """
    until = clock.monotonic() + seconds
    if not _lookups.acquire(timeout=seconds):
        raise TimeoutError("too many name look-ups hang")
    answer: Future[list[Address]] = Future()
    Thread(target=_ask, args=(host, port, answer), name="name look-up", daemon=True).start()
    return answer.result(timeout=max(until - clock.monotonic(), 0))


def dial(addresses: Sequence[Address], seconds: float) -> socket.socket:
    """Connect to the addresses, each shortly after the one before, and return the first connection that succeeds.

    Raises the OSError of the last address that failed, or TimeoutError.
    """
    until = clock.monotonic() + seconds
    failure: OSError = TimeoutError("no address answered in time")
    waiting = deque(addresses[:MOST_ADDRESSES])
    with selectors.DefaultSelector() as dialled:
        try:
            while waiting or dialled.get_map():
                if (left := until - clock.monotonic()) <= 0:
                    raise TimeoutError("no address answered in time")
                try:
                    if waiting:
                        dialled.register(_start_connecting(waiting.popleft()), selectors.EVENT_WRITE)
                    for key, _ in dialled.select(min(left, HEAD_START_SECONDS) if waiting else left):
                        return _finish_connecting(dialled, cast(socket.socket, key.fileobj))
                except OSError as error:
                    failure = error
            raise failure
        finally:
            for key in dialled.get_map().values():
                cast(socket.socket, key.fileobj).close()


def _ask(host: str, port: int, answer: Future[list[Address]]) -> None:
    try:
        found = [Address(entry[0], entry[4]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)
    else:
        answer.set_result(_in_turn(list(dict.fromkeys(found))))
    finally:
        _lookups.release()


def _in_turn(found: list[Address]) -> list[Address]:
    """Alternate between address families, starting with the one that the operating system prefers."""
    preferred = [address for address in found if address.family == found[0].family]
    others = [address for address in found if address.family != found[0].family]
    return [address for address in chain.from_iterable(zip_longest(preferred, others)) if address]


def _start_connecting(address: Address) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    sock.setblocking(False)
    code = sock.connect_ex(address.where)
    if code not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
        sock.close()
        raise OSError(code, os.strerror(code))
    return sock


def _finish_connecting(dialled: selectors.BaseSelector, sock: socket.socket) -> socket.socket:
    """Return the socket once its connection is established; raises OSError if it failed."""
    dialled.unregister(sock)
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        sock.close()
        raise OSError(code, os.strerror(code))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
