"""Parses the values that facts and columns share: references and texts (connectwise-api.md section 5).

This runs several times for every row of every sync.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from portal.record_fields.values import as_id, as_moment

MAX_TEXT: Final = 255
# NULs, which PostgreSQL refuses, and zero-width blanks, which would break a search.
_INVISIBLE: Final = re.compile(r"[\x00\u200b\u2060\ufeff]+")
# They have a meaning only between letters.
_JOINERS: Final = "\u200c\u200d"
# Setup tables call the name of an entry by one of these.
NAME_KEYS: Final = ("name", "description", "identifier")


def as_text(value: Any) -> str:
    """Return a text without invisible characters and surrounding blanks; empty for any other value."""
    if not isinstance(value, str):
        return ""
    text = value if value.isprintable() else _INVISIBLE.sub("", value)
    return text.strip().strip(_JOINERS).strip()[:MAX_TEXT]


def id_of(reference: Any) -> int | None:
    """Return the id of a reference, which may be absent or empty."""
    return as_id(reference.get("id")) if isinstance(reference, dict) else None


def name_of(reference: Any) -> str:
    """Return the name of a reference. Older servers send the name itself."""
    if not isinstance(reference, dict):
        return as_text(reference)
    for key in NAME_KEYS:
        if text := as_text(reference.get(key)):
            return text
    return ""


def moment_in(info: Any, *keys: str) -> datetime | None:
    """Return the first moment under these keys of an `_info`."""
    if not isinstance(info, dict):
        return None
    for key in keys:
        if (moment := as_moment(info.get(key))) is not None:
            return moment
    return None
