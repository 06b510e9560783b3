"""What a spreadsheet may be given."""

from __future__ import annotations

from typing import Final

# A spreadsheet would run a cell that starts so as a formula; an apostrophe makes it text again.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: object) -> object:
    """Return the value as a cell that no spreadsheet runs."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
