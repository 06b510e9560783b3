"""Repairs JSON that strict parsers reject: lone surrogates, raw control characters, invalid UTF-8.

PSAs truncate names by length, which can split a surrogate pair, and pass on whatever people pasted. Lenient JSON
parsers accept such text, so it must not stop a list. Invalid characters become U+FFFD, and NaN becomes null.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ESCAPE: Final = re.compile(
    r"(?P<valid>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # both halves of a pair
    r"|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r'|\\["\\/bfnrt])'
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.|[\x00-\x1f]",
    re.DOTALL,
)
_NOT_A_NUMBER: Final = re.compile(r"\b(?:NaN|Infinity)\b|-Infinity\b")
REPLACEMENT: Final = "\ufffd"
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def repaired(body: bytes) -> bytes:
    """Return the JSON with invalid text replaced. Structural errors remain."""
    text = _decoded(body)
    parts, end = [], 0
    for string in _STRING.finditer(text):
        parts.append(_NOT_A_NUMBER.sub("null", text[end : string.start()]))
        parts.append(_ESCAPE.sub(_valid_escape, string[0]))
        end = string.end()
    parts.append(_NOT_A_NUMBER.sub("null", text[end:]))
    return "".join(parts).encode("utf-8", "replace")


def _decoded(body: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    return body.decode("utf-8", "replace")


def _valid_escape(escape: re.Match[str]) -> str:
    return escape["valid"] or REPLACEMENT
