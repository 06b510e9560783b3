"""Understands how people name a record: by its number, by its type and number, or by a link. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from portal.psa import pasted

LONGEST_NUMBER: Final = 18
# "4711", "#4711", "Asset 4711", "asset no. 4711", "Client ID: 12"
WORDED: Final = re.compile(
    r"(?:([a-z]+(?: (?!id\b|no\b|number\b)[a-z]+)?)\s*)??"
    rf"(?:\b(?:id|no\.?|number)\s*)?[:=]?\s*#?(\d{{1,{LONGEST_NUMBER}}})",
    re.IGNORECASE,
)


class NamedRecord(NamedTuple):
    """`record_type` is None if the text does not say what the number belongs to."""

    record_type: str | None
    number: int


def in_words(text: str, types: Mapping[str, str]) -> list[NamedRecord]:
    """Read a number, perhaps with the word for its type. `types` maps words in the singular to record types."""
    found = WORDED.fullmatch(pasted.visible(text))
    if found is None or not (number := as_number(found[2])):
        return []
    word = (found[1] or "").lower()
    record_type = types.get(word) or types.get(word.removesuffix("s"))
    if word and record_type is None:
        return []
    return [NamedRecord(record_type, number)]


def link_in(text: str) -> SplitResult | None:
    """Return the link that the text is, taken apart; None for any other text."""
    address = pasted.visible(text).strip(pasted.WRAPPING).rstrip(pasted.TRAILING)
    if any(each.isspace() for each in address) or not re.match(r"(?:https?://)?[^/?#]+[/?#]", address, re.IGNORECASE):
        return None
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        return None
    return parts if parts.netloc else None


def query_of(link: SplitResult) -> dict[str, str]:
    """Return the query's values by name, names in lower case. A page may keep its query in the fragment."""
    text = f"{link.query}&{link.fragment.partition('?')[2]}"
    try:
        return {name.lower(): value for name, value in parse_qsl(text, max_num_fields=100)}
    except ValueError:
        return {}


def as_number(text: str) -> int | None:
    """Parse a record's number; None for any other text, and for 0."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return (int(text) or None) if is_number else None


def numbered(pairs: Iterable[tuple[str | None, str]]) -> list[NamedRecord]:
    """Return the pairs of a type and a number that can be read."""
    return [NamedRecord(record_type, number) for record_type, text in pairs if (number := as_number(text))]
