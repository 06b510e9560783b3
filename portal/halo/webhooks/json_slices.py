"""Navigates JSON without building objects, so that two megabytes cost little if only a few values are needed.

It tolerates harmless errors: a lone surrogate, a raw control character or a stray comma does not hide the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_KEY: Final = 60
LONGEST_TEXT: Final = 10_000
DEEPEST: Final = 500
NOT_JSON: Final = "It isn't JSON."

# Possessive quantifiers throughout: backtracking takes hundreds of bytes of memory per character. Groups that can
# fail in their middle are repeated atomically instead, and not too often at once: Python before 3.11.5 gets their
# possessive repetition wrong (python/cpython issue 106052), and an atomic one takes memory for each time.
MOST_AT_ONCE: Final = 1000


def _repeated(group: bytes) -> bytes:
    return rb"(?>(?:" + group + rb"){0,%d})" % MOST_AT_ONCE


STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_decode = json.JSONDecoder(strict=False).decode
_GAP: Final = re.compile(rb"[\s,]*+")
_KEY: Final = re.compile(rb"(" + STRING + rb")\s*+:\s*+", re.DOTALL)
_SIMPLE_VALUE: Final = rb"(?:" + STRING + rb"|[-+]?\d[-+.\deE]*+|(?:true|false|null|NaN|[-+]?Infinity)\b)"
_SIMPLE: Final = re.compile(_SIMPLE_VALUE, re.DOTALL)
_FLAT: Final = rb'[^"\[\]{}]++|' + STRING
# Up to the next bracket that does not open a flat (unnested) container.
_CONTENT: Final = re.compile(_repeated(_FLAT + rb"|[\[{]" + _repeated(_FLAT) + rb"[\]}]"), re.DOTALL)
_NUMBER: Final = re.compile(rb'"?+\s*+0*+([1-9]\d{0,18}+)(?:\.0*+)?+\s*+"?+')
_LOWER: Final = bytes(range(256)).lower()
_SIGNS: Final = bytes(each for each in range(256) if not chr(each).isascii() or not chr(each).isalnum())


class Keys:
    """Keys to look for in objects, ignoring case and punctuation: `objectid` matches `Object_ID`."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        sign = rb'[^a-z0-9"]*+'
        spellings = b"|".join(sign.join(bytes([letter]) for letter in name.encode()) for name in self.names)
        is_wanted = b'"' + sign + b"(?:" + spellings + b")" + sign + b'"'
        simple = STRING + rb"\s*+:\s*+" + _SIMPLE_VALUE
        unwanted = rb"[\s,]*+(?!" + is_wanted + b")" + simple
        self._unwanted = re.compile(_repeated(unwanted), re.DOTALL | re.IGNORECASE)

    def next_one(self, data: bytes, position: int) -> int:
        """Return the position of the next member that may be wanted, skipping unwanted simple members."""
        return _skip(_GAP, data, _skip(self._unwanted, data, position))


@dataclass(frozen=True, slots=True)
class JsonSlice:
    """A JSON value, as a slice of the text. All methods that read it raise ValueError for invalid JSON."""

    data: bytes
    start: int
    end: int

    @property
    def is_object(self) -> bool:
        return self.data.startswith(b"{", self.start)

    @property
    def is_array(self) -> bool:
        return self.data.startswith(b"[", self.start)

    @property
    def is_text(self) -> bool:
        return self.data.startswith(b'"', self.start)

    def text(self, longest: int = LONGEST_TEXT) -> str:
        """Return the text of a string; empty for a longer string, and for other values.

        Invalid characters become U+FFFD.
        """
        if not self.is_text or self.end - self.start > longest:
            return ""
        written = self.data[self.start : self.end].decode("utf-8", "replace")
        try:
            found = str(_decode(written))
        except ValueError:
            return written[1:-1]
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def number(self) -> int | None:
        """Return a positive integer written as 21, 21.0, "21" or "0021"; None for anything else."""
        found = _NUMBER.fullmatch(self.data, self.start, self.end)
        number = int(found[1]) if found else 0
        return number if 0 < number < 2**63 else None

    def members(self, wanted: Keys) -> dict[str, JsonSlice]:
        """Return an object's values for the wanted keys. The last of duplicate keys wins."""
        data, found = self.data, dict[str, JsonSlice]()
        position = wanted.next_one(data, self.start + 1)
        while not data.startswith(b"}", position):
            key = _KEY.match(data, position)
            if key is None:
                raise ValueError(NOT_JSON)
            start = key.end()
            end = _end(data, start)
            if key.end(1) - key.start(1) <= LONGEST_KEY and (name := plain(key[1])) in wanted.names:
                found[name] = JsonSlice(data, start, end)
            position = wanted.next_one(data, end)
        return found

    def elements(self) -> Iterator[JsonSlice]:
        """Yield an array's values, one at a time."""
        position = _after_gap(self.data, self.start + 1)
        while not self.data.startswith(b"]", position):
            end = _end(self.data, position)
            yield JsonSlice(self.data, position, end)
            position = _after_gap(self.data, end)


def values(text: bytes) -> Iterator[JsonSlice]:
    """Yield the values in a text: usually one, but several may follow each other."""
    position = _after_gap(text, 0)
    while position < len(text):
        end = _end(text, position)
        yield JsonSlice(text, position, end)
        position = _after_gap(text, end)


def plain(key: bytes) -> str:
    """Return a key in lower case without punctuation: `Object_ID`, `objectId` and `object-id` are the same."""
    return key.translate(_LOWER, _SIGNS).decode()


def _after_gap(data: bytes, position: int) -> int:
    found = _GAP.match(data, position)
    return found.end() if found else position


def _end(data: bytes, position: int) -> int:
    """Return where the value that begins here ends."""
    if data.startswith((b"{", b"["), position):
        return _end_of_container(data, position)
    simple = _SIMPLE.match(data, position)
    if simple is None:
        raise ValueError(NOT_JSON)
    return simple.end()


def _end_of_container(data: bytes, position: int) -> int:
    depth, position = 1, position + 1
    while depth:
        bracket = _skip(_CONTENT, data, position)
        depth += 1 if data.startswith((b"{", b"["), bracket) else -1
        # There is no bracket at the end of the text, or before an unterminated string.
        if bracket >= len(data) or data.startswith(b'"', bracket) or depth > DEEPEST:
            raise ValueError(NOT_JSON)
        position = bracket + 1
    return position


def _skip(pattern: re.Pattern[bytes], data: bytes, position: int) -> int:
    """Return the position after as many matches in a row as there are."""
    while (found := pattern.match(data, position)) and found.end() > position:
        position = found.end()
    return position
