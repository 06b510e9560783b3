"""Groups log lines about the same problem: those that differ only in numbers, ids and quoted names."""

from __future__ import annotations

import hashlib
import re
from typing import Final

LENGTH: Final = 16
NUMBERS: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d[\d.,:T+-]*\d|\d", re.IGNORECASE)
QUOTED: Final = re.compile(r'"[^"]*"|“[^”]*”')


def cause_of(level: str, message: str) -> str:
    """Return the key of a line's cause; empty for information, which nobody groups."""
    if level == "info":
        return ""
    pattern = NUMBERS.sub("#", QUOTED.sub('"…"', message))
    return hashlib.blake2b(f"{level} {pattern}".encode("utf-8", "replace"), digest_size=LENGTH // 2).hexdigest()
