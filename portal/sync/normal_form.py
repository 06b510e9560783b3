"""Reduces a record to its normal form, so that only real changes differ. Pure.

Two answers may write the same record differently: 21, 21.0 or "21"; keys in another order, or missing because they
are empty; dates with more digits; 0 or -1 for an empty reference; values that are computed on request.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

IsComputed = Callable[[str], bool]


@dataclass(frozen=True)
class Keys:
    """What is known about a record type's keys: which are computed, and which people search by."""

    is_computed: IsComputed
    shown: Collection[str] = frozenset()


DIGEST_BYTES: Final = 16
# PSAs write an empty date as a very early one.
FIRST_REAL_YEAR: Final = "1981"
_WHOLE: Final = re.compile(r"(-?(?:0|[1-9]\d{0,14}))(?:\.0+)?")
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z?")
_REFERENCE: Final = re.compile(r"(?:id|_code|override)$")

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def read(payload: str | bytes) -> dict[str, Any]:
    """Decode a record. Raises msgspec.DecodeError, UnicodeDecodeError or RecursionError."""
    return _decode(payload)


def fingerprint(payload: bytes, is_computed: IsComputed) -> bytes:
    """Return a digest of the normal form, without computed keys. Raises as `read` does."""
    meant = {key: value_of(key, value) for key, value in read(payload).items() if not is_computed(key)}
    written = msgspec.json.encode({key: value for key, value in meant.items() if value is not None}, order="sorted")
    return hashlib.blake2b(written, digest_size=DIGEST_BYTES).digest()


def value_of(key: str, value: Any) -> Any:
    """Return a value's normal form: the same for all ways of writing it, None for all ways of writing nothing."""
    if isinstance(value, str):
        return _text(key, value.strip())
    if isinstance(value, bool):
        return value or None
    if isinstance(value, int | float):
        return _number(key, value)
    if isinstance(value, list):
        return [value_of(key, each) for each in value] or None
    if isinstance(value, Mapping):
        parts = {name: value_of(name, each) for name, each in value.items()}
        return {name: each for name, each in parts.items() if each is not None} or None
    return None


def _text(key: str, text: str) -> str | None:
    if moment := _MOMENT.fullmatch(text):
        fraction = (moment[2] or "")[:3].rstrip("0")
        return None if text < FIRST_REAL_YEAR else f"{moment[1]}.{fraction}".rstrip(".")
    if whole := _WHOLE.fullmatch(text):
        return _number(key, int(whole[1]))
    return text or None


def _number(key: str, number: float) -> str | None:
    """Return a number as text, as some answers write it. 0 is empty; in a reference, negative numbers are too."""
    if number == 0 or (number < 0 and _REFERENCE.search(key)):
        return None
    return str(int(number)) if float(number).is_integer() else repr(float(number))
