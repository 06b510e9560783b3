"""The only HTTP client for other servers: GET, and POST for a token. No redirects; time and size are limited.

portal/guard.py decides which addresses may be dialled.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from threading import Lock, local
from typing import Any, Final, Self

import httpx

from portal import clock, guard, gzipped, log, outbound_slots
from portal.certificates import Fault, Refusal, fault_of
from portal.errors import PortalError

USER_AGENT: Final = "Scopable-Portal/0.1"
# Incompressible data grows slightly when compressed.
LARGEST_PACKING_OVERHEAD: Final = gzipped.PIECE_BYTES


class TransportFailure(StrEnum):
    """Why a call got no answer."""

    NOT_HTTPS = "not_https"
    HOST_NOT_FOUND = "host_not_found"
    PRIVATE_ADDRESS = "private_address"
    REFUSED = "refused"
    TLS = "tls"
    TIMED_OUT = "timed_out"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    BROKEN = "broken"


class OutboundError(PortalError):
    """`certificate` is the detail of a TLS failure."""

    status = 502

    def __init__(self, failure: TransportFailure, host: str, certificate: Refusal | None = None) -> None:
        super().__init__(f"The call to {host} was stopped: {failure.value}.")
        self.failure = failure
        self.host = host
        self.certificate = certificate


@dataclass(frozen=True)
class CallLimits:
    """`seconds` covers the whole call, from the name look-up to the last byte. `size` is in decompressed bytes."""

    seconds: float = 15.0
    size: int = 32 * 1024 * 1024


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def is_json(self) -> bool:
        return "json" in self.headers.get("content-type", "").lower()


@dataclass(frozen=True)
class UnansweredCall:
    """A request that got no answer. `path` includes the query; `seconds` is how long the last attempt took."""

    method: str
    path: str
    error: OutboundError
    seconds: float
    retries: int


class Unanswered(local):
    """The unanswered calls of the current thread. A request that is answered when it is repeated is none of them."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, str], UnansweredCall] = {}

    def note(self, request: httpx.Request, error: OutboundError, seconds: float) -> None:
        key = _key(request)
        before = self._calls.pop(key, None)
        self._calls[key] = UnansweredCall(*key, error, seconds, 0 if before is None else before.retries + 1)

    def forget(self, request: httpx.Request) -> None:
        self._calls.pop(_key(request), None)

    def take(self) -> tuple[UnansweredCall, ...]:
        """Return the calls since this was last called, in the order of their last attempts."""
        calls, self._calls = tuple(self._calls.values()), {}
        return calls


class OutboundClient:
    """A thread-safe client that keeps connections open. It has two verbs: `get`, and `post_form` for a token.

    `calls` counts every request sent, answered or not; `before_call` runs before each. `unanswered` holds the calls
    without an answer. No call outlasts the outbound slot in which the client was created (see outbound_slots.py).
    """

    def __init__(self, before_call: Callable[[], None] = lambda: None) -> None:
        self.calls = 0
        self.unanswered = Unanswered()
        self._before_call = before_call
        self._until = outbound_slots.until()
        self._logger = log.bound("portal.outbound")
        self._counting = Lock()
        self._here = local()
        self._client = httpx.Client(
            transport=guard.GuardedTransport(),
            headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"},
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def calls_here(self) -> int:
        """The number of requests sent by the current thread."""
        return getattr(self._here, "calls", 0)

    def close(self) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        limits: CallLimits,
    ) -> Response:
        """Send a GET, with a bearer token if given. Raises OutboundError unless a complete response arrives."""
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return self._send(self._request("GET", url, params=params, headers={**(headers or {}), **bearer}), limits)

    def post_form(self, url: str, form: Mapping[str, str], *, limits: CallLimits) -> Response:
        """Send a form to request a token. Raises OutboundError like `get`."""
        return self._send(self._request("POST", url, data=form), limits)

    def _request(self, method: str, url: str, **parts: Any) -> httpx.Request:
        try:
            request = self._client.build_request(method, url, **parts)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise OutboundError(TransportFailure.HOST_NOT_FOUND, url) from error
        host, port = request.url.host, request.url.port
        if request.url.scheme != "https" and not guard.is_allowed(host, port or 80):
            raise OutboundError(TransportFailure.NOT_HTTPS, host)
        return request

    def _count(self) -> None:
        self._before_call()
        self._here.calls = self.calls_here + 1
        with self._counting:
            self.calls += 1

    def _send(self, request: httpx.Request, limits: CallLimits) -> Response:
        host = request.url.host
        began = clock.monotonic()
        seconds = min(limits.seconds, self._until - began)
        if seconds <= 0:
            raise OutboundError(TransportFailure.TIMED_OUT, host)
        self._count()
        request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
        try:
            response, body = self._answer(request, limits.size, began + seconds)
        except OutboundError as error:
            self.unanswered.note(request, error, clock.monotonic() - began)
            raise
        self.unanswered.forget(request)
        return Response(response.status_code, response.headers, body, clock.monotonic() - began)

    def _answer(self, request: httpx.Request, size: int, deadline: float) -> tuple[httpx.Response, bytes]:
        host = request.url.host
        before = guard.deadline.set(deadline)
        try:
            response = self._client.send(request, stream=True)
            try:
                return response, _read(response, size, host)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            raise OutboundError(TransportFailure.TIMED_OUT, host) from error
        except gzipped.BrokenGzipError as error:
            raise OutboundError(TransportFailure.BROKEN, host) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            # UnicodeError: Python cannot look up a name with an empty label, as in acme..example.com.
            raise self._noted(transport_error(error, host)) from error
        finally:
            guard.deadline.reset(before)

    def _noted(self, error: OutboundError) -> OutboundError:
        """Log the exact cause: people see one message for several causes (see psa/transport_messages.py)."""
        self._logger.info("A call was stopped", host=error.host, cause=error.failure.value)
        return error


def _key(request: httpx.Request) -> tuple[str, str]:
    return request.method, request.url.raw_path.decode()


def _read(response: httpx.Response, size: int, host: str) -> bytes:
    """Return the decompressed body. Raises OutboundError before more than `size` plus one piece is in memory."""
    packed = _limited(response.iter_raw(), size + LARGEST_PACKING_OVERHEAD, host)
    match [each.lower() for each in response.headers.get_list("content-encoding", split_commas=True) if each]:
        case [] | ["identity"]:
            pieces = packed
        case ["gzip"] | ["x-gzip"]:
            pieces = gzipped.unpacked(packed)
        case _:  # including nested gzip: three layers turn 264 bytes into 2 GB
            raise OutboundError(TransportFailure.ENCODING, host)
    body = BytesIO()  # unlike b"".join(), it returns its content without a copy
    for piece in _limited(pieces, size, host):
        body.write(piece)
    return body.getvalue()


def _limited(pieces: Iterator[bytes], size: int, host: str) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > size:
            raise OutboundError(TransportFailure.TOO_LARGE, host)
        yield piece


def transport_error(error: BaseException, host: str) -> OutboundError:
    """Find the root cause beneath the exceptions of an HTTP or mail library."""
    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case OutboundError():
                return cause
            case guard.PrivateAddressError():
                return OutboundError(TransportFailure.PRIVATE_ADDRESS, host)
            case TimeoutError():
                return OutboundError(TransportFailure.TIMED_OUT, host)
            case socket.gaierror() | UnicodeError():
                return OutboundError(TransportFailure.HOST_NOT_FOUND, host)
            case guard.OtherNameError(names=names):
                return OutboundError(TransportFailure.TLS, host, Refusal(Fault.OTHER_NAME, names))
            case ssl.SSLError():
                return OutboundError(TransportFailure.TLS, host, Refusal(fault_of(cause)))
            case ConnectionRefusedError():
                return OutboundError(TransportFailure.REFUSED, host)
            case _:
                cause = cause.__cause__ or cause.__context__
    return OutboundError(
        TransportFailure.REFUSED if isinstance(error, httpx.ConnectError) else TransportFailure.BROKEN, host
    )
