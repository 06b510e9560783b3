"""Encodes responses with a Content-Encoding: the one that the portal accepts, and those that it must refuse."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from portal.sandbox.faults import Fault
from portal.sandbox.http import Response


def _brotli(body: bytes) -> bytes:
    import brotli  # only needed for this fault

    packed: bytes = brotli.compress(body, quality=5)
    return packed


_WAYS: Final[dict[str, tuple[str, Callable[[bytes], bytes]]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip_twice": ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
    "brotli": ("br", _brotli),
    "deflate": ("deflate", zlib.compress),
}


def encoded(response: Response, fault: Fault) -> Response:
    """Compress the body, or `size` spaces instead, which compress to almost nothing."""
    if fault.what not in _WAYS:
        return response
    name, pack = _WAYS[fault.what]
    body = pack(b" " * fault.size if fault.size else response.body)
    return replace(response, body=body, headers={**response.headers, "Content-Encoding": name})
