"""Reads a stored payload as far as Python can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

LONGEST_NUMBER: Final = 40


def parse(payload: str) -> Mapping[str, Any] | None:
    """Return the object in a payload; None if it is not JSON, or not an object."""
    try:
        row = json.loads(payload, parse_int=_whole)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _whole(digits: str) -> int | None:
    """Parse an integer; None if it has too many digits for Python, which would otherwise fail the whole payload."""
    return int(digits) if len(digits) < LONGEST_NUMBER else None
