"""Reads chunked bodies line by line, because waitress accepts empty lines between chunks."""

from __future__ import annotations

from typing import Any

from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest


class Chunks(ChunkedReceiver):
    error: Any

    def received(self, data: bytes) -> int:
        """Return how many of these bytes belong to the body; sets `error` if they are malformed."""
        position = 0
        while position < len(data) and not self.completed and self.error is None:
            if self._begins_line and data.startswith(b"\r", position):
                self.error = BadRequest("")
                break
            piece = data[position : position + self._step(data, position)]
            position += super().received(piece)
        return position

    @property
    def _is_between(self) -> bool:
        return not (self.chunk_remainder or self.validate_chunk_end or self.all_chunks_received)

    @property
    def _begins_line(self) -> bool:
        return self._is_between and not self.control_line

    def _step(self, data: bytes, position: int) -> int:
        """Return how many bytes to process next, which never crosses the end of the current element."""
        left = len(data) - position
        if expected := self.chunk_remainder or (2 - len(self.chunk_end) if self.validate_chunk_end else 0):
            return min(left, expected)
        if not self._is_between:
            return left
        if self.control_line.endswith(b"\r"):
            return 1
        end = data.find(b"\n", position)
        return left if end < 0 else end + 1 - position
