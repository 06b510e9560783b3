"""A random generator for each record."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar
from zlib import crc32

from portal.sandbox.words import CULTURES, WEIGHTS, Culture

T = TypeVar("T")

_CULTURES_BY_WEIGHT = tuple(culture for culture, weight in zip(CULTURES, WEIGHTS, strict=True) for _ in range(weight))


class SeededRandom(Random):
    """Random choices that depend only on a seed, a purpose and an id.

    A record is therefore independent of those generated before it, and its detail need not be stored.
    """

    def __init__(self, seed: int, purpose: str, number: int = 0) -> None:
        super().__init__(crc32(f"{seed}/{purpose}/{number}".encode()))

    def pick(self, choices: Sequence[T]) -> T:
        # Twice as fast as Random.choice, which matters because a tenant needs millions.
        return choices[int(self.random() * len(choices))]

    def chance(self, share: float) -> bool:
        return self.random() < share

    def between(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def money(self, low: int, high: int) -> float:
        return round(low + self.random() * (high - low), 2)

    def digits(self, count: int) -> str:
        return str(int(self.random() * 10**count)).zfill(count)

    def culture(self) -> Culture:
        return self.pick(_CULTURES_BY_WEIGHT)

    def phone(self, culture: Culture) -> str:
        return f"{culture.dial} {self.digits(3)} {self.digits(3)} {self.digits(3)}"

    def guid(self) -> str:
        text = f"{self.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
