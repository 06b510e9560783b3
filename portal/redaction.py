"""Blanks secrets in text: values with a secret's name, credentials in headers, passwords in addresses.

Percent encoding is seen through twice: an address may be an argument of another address.
"""

from __future__ import annotations

import re
from typing import Final

BLANK: Final = "•••"

_PERCENT: Final = "%(?:25)?"
_JOINT: Final = f"(?:[_-]|{_PERCENT}5F|{_PERCENT}2D)?"
_WORDS: Final = rf"secret|passw(?:or)?d|passphrase|pwd|token|authori[sz]ation|cookie|(?:api|private){_JOINT}key|vault"
SECRET_KEYS: Final = re.compile(_WORDS, re.IGNORECASE)

# Lengths are limited, so that the time to search a text grows no faster than the text.
_NAME: Final = rf"(?:{_WORDS})[\w.%-]{{0,64}}?"
_QUOTE: Final = r"""\\{0,9}["']"""
_NAMED: Final = rf"{_NAME}{_QUOTE}\s{{0,9}}[:=]\s{{0,9}}"
# Any of these may have lost its end: what was cut off is no less secret.
_VALUE: Final = "|".join(
    (
        r"""(?P<mark>\\{1,9}["'])(?:(?!(?<!\\)(?P=mark)).)*""",  # in JSON that is a value of other JSON
        r"""b?"(?:\\.|[^"\\])*"?""",
        r"""b?'(?:\\.|[^'\\])*'?""",
        r"""[\[{][^\]}]*""",
        r"""[^\s,}\]]+""",
    )
)
_SCHEME: Final = rf"\b(?:bearer|basic)(?:\s{{1,9}}|\+|{_PERCENT}20)"
_HEADER: Final = r"\b(?:authori[sz]ation|cookie)\s{0,9}:\s{0,9}"
_DASHED: Final = r"[_-](?:token|secret|password|key)\s{0,9}:\s{0,9}"
_USER: Final = r"://[^\s/:@?#]{0,200}:"
_ENCODED_USER: Final = rf"{_PERCENT}3A(?:{_PERCENT}2F){{2}}[^\s/&%]{{0,200}}{_PERCENT}3A"

_SECRETS: Final = re.compile(
    rf"(?P<named>{_NAMED})(?:{_VALUE})"
    rf"|(?P<argument>{_NAME}(?:=|{_PERCENT}3D|{_PERCENT}22{_PERCENT}3A))[^&\s]*"
    rf"|(?P<scheme>{_SCHEME})[^\s\"',;&}}]+"
    rf"|(?P<header>{_HEADER})[^\r\n]+"
    rf"|(?P<dashed>{_DASHED})[^\s,;]+"
    rf"|(?P<user>{_USER})[^\s/?#]*(?=@)"
    rf"|(?P<encoded_user>{_ENCODED_USER})[^\s/&]{{0,400}}?(?={_PERCENT}40)",
    re.IGNORECASE | re.DOTALL,
)
# In an address, a value ends only at the next argument: it may contain blanks that were not encoded.
_ARGUMENTS: Final = re.compile(rf"({_NAME}=)[^&]*", re.IGNORECASE)


def blanked_text(text: str) -> str:
    """Return a text without the secrets in it."""
    return _SECRETS.sub(_hide, text)


def blanked_address(address: str) -> str:
    """Return an address without the secrets in its query, its user part or anywhere else. It need not be encoded."""
    return blanked_text(_ARGUMENTS.sub(rf"\1{BLANK}", address))


def _hide(found: re.Match[str]) -> str:
    """Keep what comes before the secret, the first group that matched."""
    before: str = next(filter(None, found.groups()))
    return before + BLANK
