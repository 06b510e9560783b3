"""Repairing JSON that strict readers refuse: half an emoji, raw control characters, bytes that are no UTF-8.

Halo cuts names at a number of characters, which may leave half a surrogate pair, and passes on what people pasted.
Other JSON readers take such text, so it must not stop a list. What cannot be read becomes U+FFFD; NaN becomes null.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE: Final = re.compile(
    r"(?P<sound>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # both halves of a pair
    r"|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r'|\\["\\/bfnrt])'
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.|[\x00-\x1f]",
    re.DOTALL,
)
_NO_NUMBER: Final = re.compile(r"\b(?:NaN|Infinity)\b|-Infinity\b")
REPLACEMENT: Final = "\ufffd"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def repaired(body: bytes) -> bytes:
    """Return the JSON with everything replaced that is no text. What is wrong with its structure stays."""
    text = _decoded(body)
    parts, end = [], 0
    for string in _STRING.finditer(text):
        parts.append(_NO_NUMBER.sub("null", text[end : string.start()]))
        parts.append(_ESCAPE.sub(_sound, string[0]))
        end = string.end()
    parts.append(_NO_NUMBER.sub("null", text[end:]))
    return "".join(parts).encode("utf-8", "replace")


def _decoded(body: bytes) -> str:
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    return body.decode("utf-8", "replace")


def _sound(escape: re.Match[str]) -> str:
    return escape["sound"] or REPLACEMENT
