"""Requests to a webhook address: malformed ones, good ones, and ones with wrong secrets."""

from __future__ import annotations

import base64
import gzip
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from portal.models.integrations import Integration
from tests.telling import about

LARGEST: Final = 2 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """A request that is sent in `pieces`."""

    kind: str
    pieces: tuple[bytes, ...]


def hostile(seed: int, count: int, address: Callable[[random.Random], bytes]) -> Iterator[Request]:
    """Yield requests that Halo never sends. `address` returns the request line and the authentication."""
    draw = random.Random(seed)  # noqa: S311  # the printed seed makes it repeatable
    for _ in range(count):
        kind, body = draw.choice(list(BODIES.items()))
        yield Request(kind, _written(draw, address(draw), body(draw)))


def request_head(integration: Integration, secret: str) -> bytes:
    """Return the start of a request to this webhook, up to the headers that vary."""
    login = base64.b64encode(f"{integration.webhook_user}:{secret}".encode())
    path = f"/webhooks/halo/{integration.webhook_id}".encode()
    return b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic " + login + b"\r\n"


def good(integration: Integration, ids: list[int]) -> Iterator[Request]:
    head = request_head(integration, integration.webhook_secret.reveal())
    for number in ids:
        body = json.dumps(about("assets", number)).encode()
        length = b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        yield Request("good", (head + length + body,))


def wrong(integration: Integration, count: int) -> Iterator[Request]:
    """Yield good bodies with a wrong secret or a wrong address."""
    known = b"/webhooks/halo/" + integration.webhook_id.encode()
    for number, request in enumerate(good(integration, list(range(1, count + 1)))):
        secret = integration.webhook_secret.reveal()
        guess = [secret[:-1], secret + "x", "", secret.swapcase(), "\0"][number % 5]
        (text,) = request.pieces
        text = text.replace(request_head(integration, secret), request_head(integration, guess))
        yield Request("wrong", (text.replace(known, b"/webhooks/halo/guessed") if number % 7 == 0 else text,))


def _written(draw: random.Random, head: bytes, body: bytes) -> tuple[bytes, ...]:
    kind = draw.choice(
        ["application/json"] * 6 + ["application/json; charset=utf-16", "text/plain", "", "a/b/c", "é"]
    )
    head += b"Connection: close\r\nContent-Type: " + kind.encode() + b"\r\n"
    head += draw.choice([b""] * 4 + [b"Content-Encoding: gzip\r\n", b"X-Odd: \xff\xfe\r\n"])
    way = draw.randrange(10)
    if way == 0:
        return head + b"Transfer-Encoding: chunked\r\n\r\n", *_chunks(draw, body), b"0\r\n\r\n"
    if way == 1:
        return head + b"Content-Length: %d\r\n\r\n" % len(body), *_slices(body, 7)
    if way == 2:
        return (head + b"Content-Length: " + draw.choice([b"-1", b"x", b"1e3", b""]) + b"\r\n\r\n" + body,)
    return (head + b"Content-Length: %d\r\n\r\n" % len(body) + body,)


def _chunks(draw: random.Random, body: bytes) -> Iterator[bytes]:
    for piece in _slices(body, draw.randint(1, 5)):
        if piece:
            yield b"%x\r\n" % len(piece) + piece + b"\r\n"


def _slices(body: bytes, number: int) -> list[bytes]:
    size = max(1, -(-len(body) // number))
    return [body[start : start + size] for start in range(0, len(body), size)]


def _text(draw: random.Random) -> str:
    return "".join(draw.choice(string.printable + "é漢🦊\u202e\x00") for _ in range(draw.randint(0, 60)))


def _mangled(draw: random.Random) -> bytes:
    body = bytearray(json.dumps(about("assets", draw.randint(-5, 10**30), _text(draw))).encode())
    for _ in range(draw.randint(1, 8)):
        body[draw.randrange(len(body))] = draw.randrange(256)
    return bytes(body)


BODIES: Final[dict[str, Callable[[random.Random], bytes]]] = {
    "nothing": lambda _: b"",
    "noise": lambda draw: draw.randbytes(draw.randint(1, 2_000)),
    "mangled": _mangled,
    "deep": lambda draw: b"[" * draw.randint(10, 100_000) + b"]" * draw.randint(0, 10),
    "deep objects": lambda draw: b'{"events":[' * draw.randint(1, 5_000),
    "huge number": lambda draw: b'{"event":"new asset","object_id":' + b"9" * draw.randint(20, 50_000) + b"}",
    "huge exponent": lambda _: b'{"event":"new asset","object_id":1e999999}',
    "lone surrogate": lambda _: b'{"event":"\\ud800","object_id":1}',
    "raw surrogate": lambda _: b'{"event":"\xed\xa0\x80","object_id":1}',
    "twice the key": lambda _: b'{"object_id":1,"object_id":"x","event":1,"event":"new asset"}',
    "gzip": lambda draw: gzip.compress(_mangled(draw)),
    "UTF-16": lambda draw: _text(draw).encode("utf-16", "surrogatepass"),
    "NUL": lambda _: b'{"event":"new asset\\u0000","asset":{"id":"1\\u0000"}}',
    "long text": lambda draw: b'{"event":"' + b"x" * draw.randint(1_000, LARGEST) + b'"}',
    "too large": lambda draw: b'"' + b"x" * (LARGEST + draw.randint(0, 100_000)) + b'"',
    "many events": lambda draw: b"[" + b",".join([b"{}"] * draw.randint(2, 5_000)) + b"]",
    "many keys beside empty objects": lambda _: (
        b'{"objects":[' + b",".join([b"{}"] * 10_000) + b"]," + b",".join(b'"k%d":1' % i for i in range(8_000)) + b"}"
    ),
    "empty lists": lambda draw: b"[" + b"[]," * draw.randint(1, LARGEST // 3 - 2) + b"[]]",
    "other keys": lambda draw: b"{" + b",".join(b'"%x":1' % i for i in range(draw.randint(1, LARGEST // 12))) + b"}",
    "a form": lambda draw: b"payload=" + b"%7B" * draw.randint(1, LARGEST // 4),
    "odd types": lambda draw: json.dumps({"event": [1], "object_id": {"id": 1}, "asset": _text(draw)}).encode(),
    "markup": lambda _: b'{"event":"<script>alert(1)</script>","object_id":"\'; DROP TABLE refetch request;--"}',
}
