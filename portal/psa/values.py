"""Parses the ids and moments in PSAs' records, which may be written in several ways."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

MAX_ID: Final = 2**63 - 1
# PSAs write an empty date as 1900-01-01 or earlier.
FIRST_REAL_YEAR: Final = 1981


def as_id(value: Any) -> int | None:
    """Parse 21, 21.0 or "21"; None for anything but a positive integer."""
    if type(value) is int:
        return value if 0 < value <= MAX_ID else None
    is_written_as_int = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    is_whole_float = isinstance(value, float) and value.is_integer()
    return as_id(int(value)) if is_written_as_int or is_whole_float else None


def as_moment(value: Any) -> datetime | None:
    """Parse a date, in UTC unless it has a zone; None for an empty date and for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: the last evening of 9999, west of Greenwich
        return None
    return moment if moment.year >= FIRST_REAL_YEAR else None
