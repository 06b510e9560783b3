"""Cleans up a pasted address: spaces, invisible characters, quotation marks, a second address."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WRAPPING: Final = "\"'`<>()“”„‘’‚«»‹›"
TRAILING: Final = ".,;"
# A space between two of these may separate two words, so the text is ambiguous.
WORD: Final = r"[^\s./:?#&=]"
# Like "https:/acme" and "https;//acme".
MISSPELT_SCHEME: Final = re.compile(r"^(https?)[:;]/{1,2}(?!/)", re.IGNORECASE)


def visible(text: str) -> str:
    """Return the text without invisible characters and surrounding spaces."""
    return "".join(each for each in text if unicodedata.category(each) not in {"Cf", "Cc"} or each.isspace()).strip()


def cleaned(text: str) -> tuple[str, list[str]]:
    """Return the bare address and notes on what was removed. Raises ValueError if there are several addresses."""
    notes = []
    bare = visible(text)
    address = bare.strip(WRAPPING).rstrip(TRAILING).strip(WRAPPING).strip()
    if address != bare:
        notes.append("the marks around it were removed")
    address, tail = _split(address)
    if re.search(rf"{WORD}\s+{WORD}|[,;|]", MISSPELT_SCHEME.sub("", address)) or re.search(r"\shttps?://", tail):
        raise ValueError(text)
    together = "".join(address.split())
    if bare != text or together != address:
        notes.insert(0, "spaces and invisible characters were removed")
    mended = MISSPELT_SCHEME.sub(r"\1://", together)
    if mended != together and "://" not in together:
        notes.append("https:// was corrected")
    return mended + tail, notes


def is_invalid_netloc(netloc: str) -> bool:
    """Whether this lacks a host, includes a user name, or has characters that no host name has."""
    return not netloc or any(each.isspace() or each in "@\\%" for each in netloc)


def _split(address: str) -> tuple[str, str]:
    """Separate the address from its query and fragment, in which spaces do no harm."""
    found = re.search(r"[?#]", address)
    return (address, "") if found is None else (address[: found.start()], address[found.start() :])
