"""Names, companies and cities of a language area."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Culture:
    """One language area; `weight` is its relative frequency."""

    country: str
    code: str
    dial: str
    weight: int
    given: tuple[str, ...]
    surnames: tuple[str, ...]
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    cities: tuple[str, ...]
    streets: tuple[str, ...]
    surname_first: bool = False

    def full_name(self, given: str, surname: str) -> str:
        return f"{surname} {given}" if self.surname_first else f"{given} {surname}"


@cache
def handle(name: str) -> str:
    """Convert a name for use in an e-mail address; empty if its script has no Latin letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())
