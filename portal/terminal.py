"""Makes foreign text safe for a terminal by escaping control characters."""

from __future__ import annotations

import re
from typing import Final

# C0, delete and C1 characters control a terminal; bidi marks and line separators distort the text it shows; a lone
# surrogate cannot be written at all.
CONTROLS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\N{ARABIC LETTER MARK}\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str, *, keep: str = "") -> str:
    """Return the text with control characters escaped as in Python, except those in `keep`."""
    return CONTROLS.sub(lambda found: found[0] if found[0] in keep else _spelled(found[0]), text)


def visible_json(text: str) -> str:
    """Return an equivalent JSON document in which control characters are escaped, except for line breaks."""
    return CONTROLS.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode()
