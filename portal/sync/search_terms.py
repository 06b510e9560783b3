"""The words by which the search finds a record, stored with it. Without case, accents and punctuation.

Each word begins with a scope, the integration and the record type, so that a search reads the words of one list only,
whatever other accounts have stored. Each engine indexes the words in its own way (portal/services/records/search.py).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from portal.psa.source import Columns
from portal.sync.record_types import RecordType

MAX_WORDS: Final = 40
MAX_LENGTH: Final = 60
# Letters that no number contains, so that a scope is never the beginning of another one.
LETTERS: Final = dict(zip(RecordType, "ghijklm", strict=True))
_WORD: Final = re.compile(r"[^\W_]+")


def terms(integration_id: int, record_type: str, remote_id: int, columns: Columns) -> str:
    """Return the words of a record, separated by blanks, each once."""
    begin = scope(integration_id, record_type)
    texts = (str(remote_id), columns.name, columns.reference, *columns.other_texts)
    return " ".join(f"{begin}{word}" for word in words(" ".join(texts), MAX_WORDS))


def words(text: str, most: int) -> list[str]:
    """Return the first words of a text, each once, in a form in which equal words are equal."""
    if text.isascii():
        plain = text.lower()
    else:
        apart = unicodedata.normalize("NFKD", text).casefold()
        plain = "".join(each for each in apart if not unicodedata.combining(each))
    return list(dict.fromkeys(word[:MAX_LENGTH] for word in _WORD.findall(plain)))[:most]


def scope(integration_id: int, record_type: str) -> str:
    """Return what each word of this list begins with: seven characters, for all but the largest ids."""
    return f"{integration_id:06x}{LETTERS[RecordType(record_type)]}"
