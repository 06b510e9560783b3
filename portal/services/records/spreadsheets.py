"""What a spreadsheet may be given."""

from __future__ import annotations

import unicodedata
from typing import Final

# A spreadsheet would run a cell that starts so as a formula; an apostrophe makes it text again.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\N{MINUS SIGN}")
LAYOUT_STARTS: Final = ("\t", "\r", "\n")
# Separators, control and format characters: a spreadsheet drops them, or shows nothing, before what follows.
UNSEEN: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})


def harmless(value: object) -> object:
    """Return the value as a cell that no spreadsheet runs."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(LAYOUT_STARTS) or _first_seen(value) in FORMULA_STARTS else value


def _first_seen(text: str) -> str:
    """Return the first character that people see, in its plain form: full-width, small and raised ones too."""
    seen = next((each for each in text if unicodedata.category(each) not in UNSEEN), "")
    return unicodedata.normalize("NFKC", seen)
