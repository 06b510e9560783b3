"""The guarded transport: allows only public addresses, and enforces the deadline of a call.

A name is resolved once. All its addresses are checked, and only the checked addresses are dialled, so DNS rebinding
gains nothing. TLS still verifies the name. The operator can allow individual private hosts in PORTAL_OUTBOUND_ALLOW.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

import httpcore
import httpx

# httpcore has no public name for the stream on an open socket.
from httpcore._backends.sync import SyncStream

from portal import allowed_hosts, certificates, clock, dialling, outbound_slots
from portal.authorities import Authorities
from portal.dialling import Address
from portal.public_addresses import is_public

# The deadline of the current call, on the monotonic clock.
deadline: ContextVar[float] = ContextVar("deadline")

_allowed: frozenset[str] = frozenset()
_authorities = Authorities()


def bind(allowed: frozenset[str], authorities: Authorities = _authorities) -> None:
    """Allow these hosts (see allowed_hosts.py) to be private and to use plain http; trust these authorities."""
    global _allowed, _authorities
    _allowed, _authorities = allowed, authorities


def is_allowed(host: str, port: int) -> bool:
    return bool(_allowed) and not _allowed.isdisjoint(
        {allowed_hosts.name_of(host), allowed_hosts.name_of(host, port)}
    )


class PrivateAddressError(OSError):
    """An address that is not public. Raised where the operating system would raise its own connection errors."""


class OtherNameError(httpcore.ConnectError):
    """The certificate is valid, but for these names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__("the certificate is for another name")
        self.names = names


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to a host, for libraries other than httpx. Each read and write on the socket may take `seconds`, too.

    Raises PrivateAddressError, TimeoutError or another OSError, or UnicodeError.
    """
    outbound_slots.check()
    until = clock.monotonic() + seconds
    found = _public_only(host, port, dialling.look_up(host, port, seconds))
    sock = dialling.dial(found, max(until - clock.monotonic(), 0))
    sock.settimeout(seconds)
    return sock


def tls() -> ssl.SSLContext:
    """Return the TLS settings of all outbound calls."""
    return _ssl_context(_authorities)


class GuardedTransport(httpx.HTTPTransport):
    def __init__(self) -> None:
        outbound_slots.check()
        # httpx offers no public way to hand a network backend to its pool.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(_authorities),
            max_connections=8,
            keepalive_expiry=30,
            network_backend=_GuardedBackend(),
        )


@cache  # loading all public authorities takes a while
def _ssl_context(authorities: Authorities, *, check_name: bool = True) -> ssl.SSLContext:
    context = authorities.context()
    context.check_hostname = check_name
    return context


class _GuardedBackend(httpcore.NetworkBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002  # httpcore's signature; this transport never asks for one
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        with _as_httpcore_errors():
            addresses = _checked_addresses(host, port, timeout)

        def dial(timeout: float | None = timeout) -> httpcore.NetworkStream:
            with _as_httpcore_errors():
                return SyncStream(dialling.dial(addresses, _seconds_left(timeout)))

        return _TimedStream(dial(), dial)


@contextmanager
def _as_httpcore_errors() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise httpcore.ConnectTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error


class _TimedStream(httpcore.NetworkStream):
    """Applies the call's deadline to every read and write, so that a slow trickle of bytes cannot block a worker.

    `dial` opens another connection to the same checked addresses.
    """

    def __init__(self, stream: httpcore.NetworkStream, dial: Callable[[], httpcore.NetworkStream]) -> None:
        self._stream = stream
        self._dial = dial

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, _seconds_left(timeout))
        except httpcore.ConnectError as error:
            if _is_about_the_name(error):
                raise OtherNameError(self._names(server_hostname, timeout)) from error
            raise
        return _TimedStream(stream, self._dial)

    def _names(self, server_hostname: str | None, timeout: float | None) -> tuple[str, ...]:
        """Read the names in the certificate, over a second connection that sends no request. It must be valid."""
        try:
            context = _ssl_context(_authorities, check_name=False)
            stream = self._dial().start_tls(context, server_hostname, _seconds_left(timeout))
        except (httpcore.NetworkError, httpcore.TimeoutException):
            return ()
        try:
            return certificates.names_in(stream.get_extra_info("ssl_object").getpeercert() or {})
        finally:
            stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _is_about_the_name(error: httpcore.ConnectError) -> bool:
    cause = error.__cause__ or error.__context__
    return isinstance(cause, ssl.SSLError) and certificates.fault_of(cause) == certificates.Fault.OTHER_NAME


def _seconds_left(timeout: float | None) -> float:
    left = deadline.get() - clock.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the call took too long")
    return left if timeout is None else min(left, timeout)


def _checked_addresses(host: str, port: int, timeout: float | None) -> list[Address]:
    """Resolve once. Refuse if any address is not public, because any of them may be dialled."""
    return _public_only(host, port, dialling.look_up(host, port, _seconds_left(timeout)))


def _public_only(host: str, port: int, found: list[Address]) -> list[Address]:
    if not is_allowed(host, port) and not all(is_public(address.ip) for address in found):
        raise PrivateAddressError(f"{host} has an address that is not public")
    return found
