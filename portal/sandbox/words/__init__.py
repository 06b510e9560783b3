"""Word lists for realistic names of people, companies and cities, in many scripts."""

from __future__ import annotations

from portal.sandbox.words.asian import ASIAN
from portal.sandbox.words.culture import Culture, handle
from portal.sandbox.words.european import EUROPEAN
from portal.sandbox.words.middle_eastern import MIDDLE_EASTERN

CULTURES: tuple[Culture, ...] = EUROPEAN + MIDDLE_EASTERN + ASIAN
WEIGHTS: tuple[int, ...] = tuple(culture.weight for culture in CULTURES)

__all__ = ["CULTURES", "WEIGHTS", "Culture", "handle"]
