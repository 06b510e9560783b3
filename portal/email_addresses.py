"""The one form in which an e-mail address is stored, looked up and counted, however it is typed."""

from __future__ import annotations

import unicodedata
from typing import Final

import email_validator

# Longer than any address, and short enough to be normalized at no cost.
LONGEST: Final = 1000
# Invisible, though Unicode does not call them format characters (Cf): joiners, fillers, variation selectors.
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
    """Return the address that `text` spells; raises ValueError if it spells none.

    Full-width letters become plain ones, capitals small ones; invisible characters and blanks around the address go;
    the domain is written as UTS-46 prescribes. All spellings of an address have the same normal form.
    """
    if len(text) > LONGEST:
        raise ValueError("This is too long for an email address.")
    plain = unicodedata.normalize("NFKC", _visible(text)).strip()
    local, at, domain = _visible(plain).rpartition("@")
    # Domains have rules of their own for capitals, and the validator applies them.
    address = unicodedata.normalize("NFKC", local.casefold()) + at + domain
    # EmailNotValidError is a ValueError.
    return email_validator.validate_email(address, check_deliverability=False).normalized


def _visible(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) != "Cf" and each not in INVISIBLE)
