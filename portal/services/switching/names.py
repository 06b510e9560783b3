"""Names, domains and phone numbers in a form that can be compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final
from urllib.parse import urlsplit

CLOSE_ENOUGH: Final = 0.84
MOST_COMPARED: Final = 80
FEWEST_DIGITS: Final = 7
# Without country and trunk prefixes, which people write or leave out.
COMPARED_DIGITS: Final = 9

_NOT_A_WORD: Final = re.compile(r"[^\w]+|_")
_JOINING: Final = re.compile(r"[.'’]")
_EXTENSION: Final = re.compile(r"(?:ext\.?|x|#)\s*\d{1,6}\s*$", re.IGNORECASE)
# What a name may end with, or have in the middle, and still be the same company's.
_LEGAL: Final = (
    "ag bv co company corp corporation gmbh group holdings inc incorporated kg limited llc llp lp ltd nv oy ab as aps"
    " plc pllc pty pte sa sas sarl sl spa srl the and"
)
LEGAL: Final = frozenset(_LEGAL.split())
# Anybody can have an address there.
_PUBLIC: Final = (
    "aol.com bigpond.com btinternet.com comcast.net fastmail.com gmail.com gmx.com gmx.de gmx.net googlemail.com"
    " hotmail.co.uk hotmail.com hotmail.fr icloud.com live.co.uk live.com mac.com mail.com me.com msn.com"
    " optusnet.com.au outlook.com proton.me protonmail.com sbcglobal.net sky.com t-online.de talktalk.net verizon.net"
    " virginmedia.com web.de yahoo.co.uk yahoo.com yahoo.fr ymail.com zoho.com"
)
PUBLIC_DOMAINS: Final = frozenset(_PUBLIC.split())


@dataclass(frozen=True)
class Name:
    """`full` is the whole name, `core` the part without legal forms, both without case, accents and punctuation."""

    full: str
    core: str
    words: frozenset[str]


def parse(name: str) -> Name:
    apart = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    # Dots and apostrophes join: "L.L.C." is "llc".
    words = _NOT_A_WORD.sub(" ", _JOINING.sub("", plain).replace("&", " and ")).split()
    core = [word for word in words if word not in LEGAL] or words
    return Name(" ".join(words), " ".join(core), frozenset(word for word in core if len(word) > 1 or word.isdigit()))


def similarity(one: Name, two: Name) -> float:
    """Return how alike two names are, from CLOSE_ENOUGH to 1; 0 for names that are not alike."""
    first, second = one.core[:MOST_COMPARED], two.core[:MOST_COMPARED]
    if not first or not second or _numbers(one) != _numbers(two):
        return 0.0
    if len(one.words) > 1 and one.words == two.words:
        return 1.0
    found = SequenceMatcher(None, first, second, autojunk=False)
    if found.real_quick_ratio() >= CLOSE_ENOUGH and found.quick_ratio() >= CLOSE_ENOUGH:
        ratio = found.ratio()
        if ratio >= CLOSE_ENOUGH:
            return ratio
    shorter, longer = sorted((one.words, two.words), key=len)
    # "Greystone" and "Greystone Solicitors", but not one word out of many.
    return CLOSE_ENOUGH if shorter and shorter <= longer and len(longer) - len(shorter) <= 1 else 0.0


def _numbers(name: Name) -> set[str]:
    """Return the words with digits: "Site 12" and "Site 13" are not alike."""
    return {word for word in name.words if any(each.isdigit() for each in word)}


def domain(text: str) -> str:
    """Return the domain of an e-mail address, a website or a bare domain; empty if anybody can have one there."""
    text = text.strip().casefold()
    host = text.rpartition("@")[2] if "@" in text and "//" not in text else text
    try:
        host = urlsplit(host if "//" in host else f"//{host}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.").strip(".")
    return host if "." in host and host not in PUBLIC_DOMAINS else ""


def phone(text: str) -> str:
    """Return the digits that tell one phone number from another; empty for what is too short to be one."""
    digits = "".join(each for each in _EXTENSION.sub("", text) if each.isascii() and each.isdigit())
    return digits[-COMPARED_DIGITS:] if len(digits) >= FEWEST_DIGITS else ""
