"""A minimal HTTP/1.1 implementation: reads requests from a socket and writes responses in one piece.

`http.server` would do, but its mail-style header parsing is slow, and benchmarks would measure that.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, unquote

import msgspec

_LONGEST_LINE = 65_536
_LARGE = 256 * 1024
_LONGEST_BODY = 16 * 1024 * 1024


class BadRequest(Exception):
    """The request is not HTTP that this server supports."""


@dataclass(frozen=True, slots=True)
class Request:
    """Header names are in lower case; so are the names in `query`, because Halo ignores their case."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines.extend(f"{name}: {value}" for name, value in self.headers.items())
        lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def encode(self) -> bytes:
        return self.head() + self.body

    def send(self, peer: socket.socket) -> None:
        """Send the response in one write, except for a large body, which would be copied to join it with its head."""
        if len(self.body) < _LARGE:
            peer.sendall(self.encode())
        else:
            peer.sendall(self.head())
            peer.sendall(self.body)


def json_response(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, msgspec.json.encode(data), "application/json; charset=utf-8", headers or {})


def html_response(text: str, *, status: int = 200) -> Response:
    return Response(status, text.encode(), "text/html; charset=utf-8")


def read_request(stream: BinaryIO) -> Request | None:
    """Read the next request on a connection; None if the peer has closed it."""
    line = _line(stream)
    if not line:
        return None
    parts = line.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest(f"not a request line: {line!r}")
    headers = _headers(stream)
    if "transfer-encoding" in headers:
        raise BadRequest("a request body needs a Content-Length here")
    length = int(headers.get("content-length") or 0)
    if length > _LONGEST_BODY:
        raise BadRequest("the request body is too long")
    path, _, query_string = parts[1].partition("?")
    return Request(
        method=parts[0],
        path=unquote(path),
        query_string=query_string,
        headers=headers,
        body=stream.read(length) if length else b"",
        query=_query(query_string),
    )


def _line(stream: BinaryIO) -> str:
    raw = stream.readline(_LONGEST_LINE + 1)
    if len(raw) > _LONGEST_LINE:
        raise BadRequest("a header line is too long")
    return raw.decode("latin-1").rstrip("\r\n")


def _headers(stream: BinaryIO) -> dict[str, str]:
    headers = {}
    while line := _line(stream):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return headers


def _query(text: str) -> dict[str, str]:
    """Parse a query; the first of several values wins."""
    query: dict[str, str] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        query.setdefault(name.lower(), value)
    return query


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
