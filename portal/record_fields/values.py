"""Parses single values of a payload. Values of the wrong type, empty values and sentinels for "none" are None.

PSAs write an empty date as 1900-01-01 or 0001-01-01, an open end as 9999-12-31, an unset number or reference as -1
or 0, and numbers as 21, 21.0 or "21". Any value may be missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from portal.record_fields import html
from portal.record_fields.kinds import Money

Row = Mapping[str, Any]

LONGEST_TEXT: Final = 500
LONGEST_LIST: Final = 100
MAX_ID: Final = 2**63 - 1
# Empty dates are written as 1900-01-01 or earlier.
FIRST_REAL_YEAR: Final = 1981
LAST_REAL_YEAR: Final = 9998
GREATEST: Final = 10**15

# Control characters and lone surrogates, which cannot be displayed.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
# Zero-width blanks, which come with pasted text and would break a search.
_INVISIBLE: Final = re.compile(r"[\u200b\u2060\ufeff]+")
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,10})?")
_EMAIL: Final = re.compile(r"[^@\s<>\"',;:]{1,64}@[^@\s<>\"',;:/]{1,190}")
_PHONE: Final = re.compile(r"[^A-Za-z]*\d[^A-Za-z]*(?:\s*(?:ext|x)\.?\s*\d{1,6})?", re.IGNORECASE)
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}\.?")


def as_id(value: Any) -> int | None:
    """Parse 21, 21.0 or "21"; None for anything but a positive integer."""
    if type(value) is int:
        return value if 0 < value <= MAX_ID else None
    is_written_as_int = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    is_whole_float = isinstance(value, float) and value.is_integer()
    return as_id(int(value)) if is_written_as_int or is_whole_float else None


def as_moment(value: Any) -> datetime | None:
    """Parse a date, in UTC unless it has a zone; None for empty dates and for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: the last evening of 9999, west of Greenwich
        return None
    return moment if moment.year >= FIRST_REAL_YEAR else None


def text(row: Row, *keys: str) -> str | None:
    """Return the first text found under these keys, on one line."""
    return next((found for key in keys if (found := as_text(row.get(key)))), None)


def as_text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    visible = value[: 2 * LONGEST_TEXT]
    if not (visible.isascii() and visible.isprintable()):  # most texts are
        visible = _CONTROL.sub(" ", _INVISIBLE.sub("", visible))
    # Joiners have a meaning only between letters.
    return " ".join(visible.split())[:LONGEST_TEXT].strip(" \u200c\u200d") or None


def as_words(value: Any) -> str | None:
    """Parse a text, or a number in place of one."""
    if (found := as_text(value)) is not None:
        return found
    found_number = as_number(value)
    return None if found_number is None else str(found_number)


def long_text(row: Row, *keys: str) -> str | None:
    return next((found for key in keys if (found := html.as_plain(row.get(key)))), None)


def number(row: Row, *keys: str) -> int | Decimal | None:
    return next((found for key in keys if (found := as_number(row.get(key))) is not None), None)


def as_number(value: Any) -> int | Decimal | None:
    """Parse 60, 60.0 or "60"; None for -1 and for unrealistically large numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not ((value := value.strip()).isascii() and _NUMBER.fullmatch(value)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if not isinstance(value, str) and abs(value) >= GREATEST:
        return None
    found = Decimal(str(value))
    if found == -1:
        return None
    return int(found) if found == found.to_integral_value() else found


def money(row: Row, *keys: str, currency: str | None = None) -> Money | None:
    """Return an amount with two decimals, or up to four if it has fractions of a cent."""
    found = number(row, *keys)
    if found is None:
        return None
    exact, cents = round(Decimal(found), 4), round(Decimal(found), 2)
    return Money(cents if cents == exact else exact, currency)


def day(row: Row, *keys: str) -> date | None:
    """Return the date as written. It has no time zone, so a conversion could only shift it."""
    return next((found for key in keys if (found := as_day(row.get(key)))), None)


def as_day(value: Any) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        found = date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None
    return found if FIRST_REAL_YEAR <= found.year <= LAST_REAL_YEAR else None


def moment(row: Row, *keys: str) -> datetime | None:
    found = (as_moment(row.get(key)) for key in keys)
    return next((each for each in found if each and each.year <= LAST_REAL_YEAR), None)


def yes_no(row: Row, *keys: str) -> bool | None:
    return next((found for key in keys if (found := as_yes_no(row.get(key))) is not None), None)


def as_yes_no(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        str(value).strip().lower()[:10] if isinstance(value, str | int) else ""
    )


def email(row: Row, *keys: str) -> str | None:
    found = (text(row, key) for key in keys)
    return next((each for each in found if each and _EMAIL.fullmatch(each)), None)


def phone(row: Row, *keys: str) -> str | None:
    found = (text(row, key) for key in keys)
    return next((each for each in found if each and len(each) <= 60 and _PHONE.fullmatch(each)), None)


def link(row: Row, *keys: str) -> str | None:
    """Return the first web address, with https:// added if it has no scheme; never a script URL."""
    return next((found for key in keys if (found := as_link(row.get(key)))), None)


def as_link(value: Any) -> str | None:
    address = as_text(value)
    if address is None or " " in address or len(address) >= LONGEST_TEXT:
        return None
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        is_plain = parts.scheme in {"http", "https"} and "@" not in parts.netloc and parts.port != 0
        host = parts.hostname or ""
    except ValueError:
        return None
    return address if is_plain and _HOST.fullmatch(host) else None


def names(row: Row, objects: str, *texts: str) -> tuple[str, ...] | None:
    """Return the names in a list of objects, or in a comma-separated text."""
    found = row.get(objects)
    if isinstance(found, list):
        given = (as_text(each.get("name")) if isinstance(each, Mapping) else as_text(each) for each in found)
        if some := _some(given):
            return some
    return _some(each.strip() for each in (text(row, *texts) or "").split(","))


def _some(found: Iterable[str | None]) -> tuple[str, ...] | None:
    return tuple(each for each in found if each)[:LONGEST_LIST] or None
