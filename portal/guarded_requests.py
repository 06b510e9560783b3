"""Puts the outbound guard beneath `requests`, for libraries that call it on their own.

Such a library calls `requests.post`, which makes a session, which makes an adapter. So no call gets past the adapter:
it allows https and public addresses only, dials the addresses that were checked, trusts the portal's authorities,
ignores proxies, follows no redirect, and limits time and size, whatever its caller asks for.
"""

from __future__ import annotations

import socket
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import requests.sessions
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from portal import clock, foreign_calls, guard
from portal.outbound import OutboundError, TransportFailure, transport_error

SECONDS: Final = 15.0
LARGEST_ANSWER: Final = 1024 * 1024
PIECE: Final = 64 * 1024


def install() -> None:
    """Guard every session of this process from now on. Nothing else in the portal uses requests."""
    requests.sessions.HTTPAdapter = GuardedAdapter  # type: ignore[attr-defined]  # where a session gets its adapters


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return guard.connect(self._dns_host, self.port or 80, SECONDS)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return guard.connect(self._dns_host, self.port or 443, SECONDS)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class GuardedAdapter(HTTPAdapter):
    """Raises requests.ConnectionError for calls that were stopped; `foreign_calls` learns why."""

    def init_poolmanager(self, *sizes: Any, **options: Any) -> None:
        super().init_poolmanager(*sizes, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:  # noqa: ARG002
        host, _ = super().build_connection_pool_key_attributes(request, verify=True)
        return host, {"ssl_context": guard.tls()}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Leave certificates to `guard.tls`, also if the caller asks not to check them."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        host = urlsplit(request.url or "").hostname or ""
        try:
            _refuse_plain_http(request.url or "")
            request.headers["Accept-Encoding"] = "gzip"
            began = clock.monotonic()
            response = super().send(request, stream=True, timeout=SECONDS)
            _refuse_other_encodings(response, host)
            _read(response, host, began + SECONDS)
        except (requests.RequestException, OSError, UnicodeError, OutboundError) as error:
            stopped = transport_error(error, host)
            foreign_calls.note(failure=stopped.failure)
            raise requests.ConnectionError(str(stopped)) from error
        foreign_calls.note(http_status=response.status_code)
        response.headers.pop("Location", None)  # without it, nothing is followed
        return response


def _refuse_plain_http(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not guard.is_allowed(host, parts.port or 80):
        raise OutboundError(TransportFailure.NOT_HTTPS, host)


def _refuse_other_encodings(response: requests.Response, host: str) -> None:
    """Raise OutboundError unless the body is plain or compressed once with gzip, which unpacks in small pieces."""
    if response.headers.get("Content-Encoding", "").strip().lower() not in {"", "identity", "gzip"}:
        response.close()
        raise OutboundError(TransportFailure.ENCODING, host)


def _read(response: requests.Response, host: str, until: float) -> None:
    """Read the body into the response. Raises OutboundError if it is too large or takes too long."""
    body = bytearray()
    try:
        for piece in response.iter_content(PIECE):
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise OutboundError(TransportFailure.TOO_LARGE, host)
            if clock.monotonic() > until:
                raise OutboundError(TransportFailure.TIMED_OUT, host)
    finally:
        response.close()
    response._content = bytes(body)
