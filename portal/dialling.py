"""From a host name to an open connection in limited time: names are looked up, and all their addresses dialled."""

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

# The operating system's look-up cannot be broken off, so one that hangs holds its thread for as long as it likes.
MOST_LOOKUPS_AT_ONCE: Final = 32
# RFC 8305: how long the address before gets to answer before the next one is dialled beside it.
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
    """Return all addresses of a host, IPv6 and IPv4 in turn.

    Raises TimeoutError, or what socket.getaddrinfo raises: OSError, UnicodeError.
    """
    until = clock.monotonic() + seconds
    if not _lookups.acquire(timeout=seconds):
        raise TimeoutError("too many name look-ups hang")
    answer: Future[list[Address]] = Future()
    Thread(target=_ask, args=(host, port, answer), name="name look-up", daemon=True).start()
    return answer.result(timeout=max(until - clock.monotonic(), 0))


def dial(addresses: Sequence[Address], seconds: float) -> socket.socket:
    """Dial the addresses, each a moment after the one before, and keep the first connection that stands.

    Raises OSError of the last address that failed, or TimeoutError.
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
                        dialled.register(_begun(waiting.popleft()), selectors.EVENT_WRITE)
                    for key, _ in dialled.select(min(left, HEAD_START_SECONDS) if waiting else left):
                        return _connected(dialled, cast(socket.socket, key.fileobj))
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
    """Mix the families, beginning with the one that the operating system prefers."""
    preferred = [address for address in found if address.family == found[0].family]
    others = [address for address in found if address.family != found[0].family]
    return [address for address in chain.from_iterable(zip_longest(preferred, others)) if address]


def _begun(address: Address) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    sock.setblocking(False)
    code = sock.connect_ex(address.where)
    if code not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
        sock.close()
        raise OSError(code, os.strerror(code))
    return sock


def _connected(dialled: selectors.BaseSelector, sock: socket.socket) -> socket.socket:
    """Take a socket that has made up its mind; raises the OSError of one that failed."""
    dialled.unregister(sock)
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        sock.close()
        raise OSError(code, os.strerror(code))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock
