"""What a country lends to a record: names, companies, cities."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Culture:
    """One language area; `weight` says how often it is drawn."""

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
    """Write a name as an e-mail address would carry it; empty when its script has no plain letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())
