"""Making cells safe for spreadsheets."""

from __future__ import annotations

import unicodedata
from typing import Final

# A spreadsheet runs a cell that starts with one of these as a formula. An apostrophe turns it into text.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\N{MINUS SIGN}")
LAYOUT_STARTS: Final = ("\t", "\r", "\n")
# Separators, control and format characters: a spreadsheet drops or hides them before the rest.
UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def harmless(value: object) -> object:
    """Return the value as a cell that no spreadsheet runs as a formula."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(LAYOUT_STARTS) or _first_seen(value) in FORMULA_STARTS else value


def _first_seen(text: str) -> str:
    """Return the first visible character in its normal form, also for full-width, small and raised ones."""
    seen = next((each for each in text if unicodedata.category(each) not in UNSEEN), "")
    return unicodedata.normalize("NFKC", seen)
