"""The rows of one record type, ready to send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import RLock
from typing import Any

import msgspec

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def encode_row(fields: dict[str, Any]) -> bytes:
    """Encode a row without null keys, like Halo's lists (halo-api.md section 4)."""
    return _encode({key: value for key, value in fields.items() if value is not None})


@dataclass(slots=True, frozen=True)
class Row:
    """One record: its encoded JSON, and the values that lists filter on."""

    id: int
    body: bytes
    active: bool
    updated: float
    deleted: bool = False  # in the recycle bin: lists may still return it, but it counts as deleted

    def fields(self) -> dict[str, Any]:
        return _decode(self.body)


class Table:
    """The records of one type. `rows()` returns a list that is never modified, only replaced."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._lock = RLock()
        self._by_id = {row.id: row for row in rows}
        self._rows: list[Row] | None = None
        self.version = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def rows(self) -> list[Row]:
        """All rows by id."""
        with self._lock:
            if self._rows is None:
                self._rows = sorted(self._by_id.values(), key=lambda row: row.id)
            return self._rows

    def get(self, number: int) -> Row | None:
        return self._by_id.get(number)

    def existing(self, number: int) -> Row:
        """Return the row; KeyError if there is none."""
        return self._by_id[number]

    def put(self, rows: Iterable[Row]) -> None:
        """Add or replace."""
        with self._lock:
            self._by_id.update((row.id, row) for row in rows)
            self._changed()

    def remove(self, numbers: Iterable[int]) -> None:
        with self._lock:
            for number in numbers:
                self._by_id.pop(number, None)
            self._changed()

    def _changed(self) -> None:
        self._rows = None
        self.version += 1
