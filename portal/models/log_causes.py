"""Groups log lines about the same problem: those that differ only in numbers, ids and quoted names."""

from __future__ import annotations

import hashlib
import re
from typing import Final

LENGTH: Final = 16
NUMBERS: Final = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<!\w)-?\d[\d.,:T+-]*\d|(?<!\w)-?\d|\d[\d.,:T+-]*\d|\d",
    re.IGNORECASE,
)
# A quotation that is not closed ends at the next one, so that a long text takes no longer than its length.
QUOTED: Final = re.compile(r'"[^"]*"|“[^“”]*”|(?<!\w)\'[^\']*\'(?!\w)')
# Several numbers or names, and how many more there are.
LISTED: Final = re.compile(r'("…" \(#\)|"…"|#)(?:, \1)*(?: and # more(?: \w+)?)?')
# 1 is missing, 7 are missing; 1 client, 7 clients.
COUNTED: Final = re.compile(r"(?<=# )(?:(is|are)|(was|were)|(has|have)|([a-z]{2,}?)(?:ies|y|s)?)\b")


def cause_of(level: str, message: str) -> str:
    """Return the key of a line's cause; empty for information, which nobody groups."""
    if level == "info":
        return ""
    pattern = NUMBERS.sub("#", QUOTED.sub('"…"', message))
    pattern = COUNTED.sub(_in_the_plural, LISTED.sub(r"\1", pattern))
    return hashlib.blake2b(f"{level} {pattern}".encode("utf-8", "replace"), digest_size=LENGTH // 2).hexdigest()


def _in_the_plural(found: re.Match[str]) -> str:
    if found[4] is not None:
        return f"{found[4]}s"
    return "are" if found[1] else "were" if found[2] else "have"
