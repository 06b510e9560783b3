"""The normal form in which e-mail addresses are stored, looked up and counted."""

from __future__ import annotations

import unicodedata
from typing import Final

import email_validator

# Longer than any address, yet cheap to normalize.
LONGEST: Final = 1000
# Invisible, although not format characters (Cf) in Unicode: joiners, fillers, variation selectors.
INVISIBLE: Final = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)


def normal_form(text: str) -> str:
    """Return the normal form of an address, which is the same for all spellings. Raises ValueError if it is invalid.

    Full-width letters become plain, capitals become lower case, invisible characters and surrounding spaces are
    removed, and the domain follows UTS-46.
    """
    if len(text) > LONGEST:
        raise ValueError("This is too long for an email address.")
    plain = unicodedata.normalize("NFKC", _visible(text)).strip()
    local, at, domain = _visible(plain).rpartition("@")
    # Domains have their own case rules, which the validator applies.
    address = unicodedata.normalize("NFKC", local.casefold()) + at + domain
    # EmailNotValidError is a ValueError.
    return email_validator.validate_email(address, check_deliverability=False).normalized


def _visible(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) != "Cf" and each not in INVISIBLE)
