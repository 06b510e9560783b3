"""Reads a stored payload as far as Python can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

LONGEST_NUMBER: Final = 40


def parse(payload: str) -> Mapping[str, Any] | None:
    """Return the object in a payload; None if it is not JSON, or not an object."""
    try:
        row = _loads(payload)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _loads(payload: str) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        # Much slower. An integer with too many digits for Python would otherwise fail the whole payload.
        return json.loads(payload, parse_int=_whole)


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) < LONGEST_NUMBER else None
