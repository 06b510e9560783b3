"""Converts rich text to plain text: the notes and descriptions of a PSA may be HTML.

Every pattern runs in linear time on text of limited length, so a megabyte of "<" costs no more than a note.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any, Final

LONGEST_HTML: Final = 100_000
LONGEST_PLAIN: Final = 10_000

_IS_HTML: Final = re.compile(
    r"</?(?:a|b|blockquote|body|br|div|em|font|h[1-6]|hr|html|i|img|li|ol|p|pre|s|span|strong|style|table|tbody|td|th"
    r"|tr|u|ul)\b[^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_ITEM: Final = re.compile(r"<li\b[^<>]*>", re.IGNORECASE)
_LINE_END: Final = re.compile(r"<(?:br|hr)\b[^<>]*>|</(?:blockquote|div|h[1-6]|li|p|pre|table|tr)\s*>", re.IGNORECASE)
_CELL_END: Final = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
_TAG: Final = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


def is_html(value: Any) -> bool:
    """Whether a value is text that contains tags or entities."""
    return isinstance(value, str) and _IS_HTML.search(value[:LONGEST_HTML]) is not None


def as_plain(value: Any) -> str | None:
    """Return the visible text with its lines and paragraphs; None if there is none."""
    if not isinstance(value, str):
        return None
    text = value[:LONGEST_HTML].replace("\r\n", "\n").replace("\r", "\n")
    if is_html(text):
        text = _without_tags(text)
    lines = (" ".join(_CONTROL.sub(" ", line).split()) for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()[:LONGEST_PLAIN] or None


def _without_tags(text: str) -> str:
    text = _HIDDEN.sub("", text)
    text = text.replace("\n", " ")
    text = _LINE_END.sub("\n", _ITEM.sub("\n• ", text))
    text = _TAG.sub("", _CELL_END.sub("  ", text))
    return unescape(text).replace("\xa0", " ")
