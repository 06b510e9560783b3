"""Looks into JSON without building it: of two megabytes, only the few values that are asked for become objects.

Lenient where that does no harm: half an emoji, a raw control character or a stray comma does not hide the rest.
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
NOT_JSON: Final = "It is not JSON."

# Possessive throughout: what backtracks takes hundreds of bytes for each character.
STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_decode = json.JSONDecoder(strict=False).decode
_GAP: Final = re.compile(rb"[\s,]*+")
_KEY: Final = re.compile(rb"(" + STRING + rb")\s*+:\s*+", re.DOTALL)
_SIMPLE_VALUE: Final = rb"(?:" + STRING + rb"|[-+]?\d[-+.\deE]*+|(?:true|false|null|NaN|[-+]?Infinity)\b)"
_SIMPLE: Final = re.compile(_SIMPLE_VALUE, re.DOTALL)
_FLAT: Final = rb'[^"\[\]{}]++|' + STRING
# Up to the next bracket that is not the beginning of something flat.
_CONTENT: Final = re.compile(rb"(?:" + _FLAT + rb"|[\[{](?:" + _FLAT + rb")*+[\]}])*+", re.DOTALL)
_NUMBER: Final = re.compile(rb'"?+\s*+0*+([1-9]\d{0,18}+)(?:\.0*+)?+\s*+"?+')
_LOWER: Final = bytes(range(256)).lower()
_SIGNS: Final = bytes(each for each in range(256) if not chr(each).isascii() or not chr(each).isalnum())


class Keys:
    """Keys to look for in objects, in whatever case and with whatever signs: `objectid` is found as `Object_ID`."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)
        sign = rb'[^a-z0-9"]*+'
        spellings = b"|".join(sign.join(bytes([letter]) for letter in name.encode()) for name in self.names)
        is_wanted = b'"' + sign + b"(?:" + spellings + b")" + sign + b'"'
        simple = STRING + rb"\s*+:\s*+" + _SIMPLE_VALUE
        unwanted = rb"(?:[\s,]*+(?!" + is_wanted + b")" + simple + rb")*+[\s,]*+"
        self._unwanted = re.compile(unwanted, re.DOTALL | re.IGNORECASE)

    def next_one(self, data: bytes, position: int) -> int:
        """Return where the next member is that may be wanted; simple ones that are not are passed over at once."""
        found = self._unwanted.match(data, position)
        return found.end() if found else position


@dataclass(frozen=True, slots=True)
class JsonSlice:
    """A JSON value, by its place in the text. Whatever reads it raises ValueError where the text is no JSON."""

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
        """Return a string's text, empty for a longer one and for any other value.

        What stands for no character becomes U+FFFD.
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
        """Return a positive whole number that is written as 21, 21.0, "21" or "0021", None for anything else."""
        found = _NUMBER.fullmatch(self.data, self.start, self.end)
        number = int(found[1]) if found else 0
        return number if 0 < number < 2**63 else None

    def members(self, wanted: Keys) -> dict[str, JsonSlice]:
        """Return an object's values by the wanted keys; of a key that comes twice, the last one counts."""
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
    """Yield the values of a text: one, or several that follow each other."""
    position = _after_gap(text, 0)
    while position < len(text):
        end = _end(text, position)
        yield JsonSlice(text, position, end)
        position = _after_gap(text, end)


def plain(key: bytes) -> str:
    """Return a key in small letters without signs: `Object_ID`, `objectId` and `object-id` are one."""
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
    while found := _CONTENT.match(data, position):
        position = found.end() + 1
        depth += 1 if data.startswith((b"{", b"["), found.end()) else -1
        # At the end of the text, and at a string without an end, there is no bracket.
        if position > len(data) or data.startswith(b'"', found.end()) or depth > DEEPEST:
            break
        if depth == 0:
            return position
    raise ValueError(NOT_JSON)
