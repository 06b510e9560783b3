"""Faults in rows, which any list may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rows = list[dict[str, Any]]

_LONG = 1_000_000


def _wrong_types(rows: Rows) -> None:
    """Use wrong types in every second row: text for numbers, a list for text, text for booleans."""
    for row in rows[::2]:
        for key, value in list(row.items()):
            if key == "id":
                continue
            if isinstance(value, bool):
                row[key] = "yes" if value else "no"
            elif isinstance(value, int | float):
                row[key] = f"about {value}"
            elif isinstance(value, str):
                row[key] = [value]


def _bad_ids(rows: Rows) -> None:
    """Give the first rows the ids 0, -1, null, a word and a fraction, and the rest their own ids as text."""
    odd: tuple[Any, ...] = (0, -1, None, "none", 1.5)
    for row, number in zip(rows, odd, strict=False):
        row["id"] = number
    for row in rows[len(odd) :]:
        row["id"] = str(row["id"])


def _text_ids(rows: Rows) -> None:
    """Write correct ids as text, as seen when assets are created in Halo."""
    for row in rows:
        row["id"] = str(row["id"])


def _nul_bytes(rows: Rows) -> None:
    for row in rows:
        for key, value in row.items():
            if isinstance(value, str):
                row[key] = f"{value}\x00"


def _huge_strings(rows: Rows) -> None:
    for row in rows[:3]:
        row["notes"] = "x" * _LONG


def _odd_dates(rows: Rows) -> None:
    """Write year 1, year 9999, a word and a nonexistent day in place of dates."""
    odd = ("0001-01-01T00:00:00", "9999-12-31T23:59:59.9999999", "yesterday", "2026-02-30T00:00:00")
    for position, row in enumerate(rows):
        for key, value in row.items():
            if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T":
                row[key] = odd[position % len(odd)]


def _not_objects(rows: Rows) -> None:
    """Replace the first row with null."""
    rows[:1] = [None]  # type: ignore[list-item]


ROW_FAULTS: dict[str, Callable[[Rows], None]] = {
    "wrong_types": _wrong_types,
    "bad_ids": _bad_ids,
    "text_ids": _text_ids,
    "nul_bytes": _nul_bytes,
    "huge_strings": _huge_strings,
    "odd_dates": _odd_dates,
    "not_objects": _not_objects,
}
