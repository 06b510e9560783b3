"""Decompresses a gzip body in bounded pieces, so that a few hundred bytes cannot exhaust memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

PIECE_BYTES: Final = 64 * 1024
_GZIP_ONLY: Final = 16 + zlib.MAX_WBITS  # zlib's own notation: a gzip header is required


class BrokenGzipError(Exception):
    """The body is not gzip, or is truncated."""


def unpacked(body: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the decompressed body, at most PIECE_BYTES at a time. Raises BrokenGzipError.

    An empty body is allowed: servers label those as gzip too.
    """
    stream: zlib._Decompress | None = None
    for packed in body:
        waiting = packed
        while waiting:
            if stream is None or stream.eof:  # a gzip body may consist of several gzip members
                stream = zlib.decompressobj(_GZIP_ONLY)
            yield from _pieces(stream, waiting)
            waiting = stream.unused_data
    if stream is not None and not stream.eof:
        raise BrokenGzipError("the body ends too early")


def _pieces(stream: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    try:
        piece = stream.decompress(packed, PIECE_BYTES)
        yield piece
        # A full piece can mean that more output is ready even though all input was consumed.
        while not stream.eof and (stream.unconsumed_tail or len(piece) == PIECE_BYTES):
            piece = stream.decompress(stream.unconsumed_tail, PIECE_BYTES)
            yield piece
    except zlib.error as error:
        raise BrokenGzipError(str(error)) from error
