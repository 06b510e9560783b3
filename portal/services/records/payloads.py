"""Payloads made readable: one line per key, long values cut, binary data only measured. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

SHORT: Final = 200
LONG: Final = 20_000
# For all lines of a record together, so that the page stays small whatever the PSA sent.
MOST_TEXT: Final = 400_000
BINARY: Final = re.compile(r"(data:[\w/+.-]+;base64,)?[A-Za-z0-9+/_-]{256,}={0,2}")


HALVES: Final = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class PayloadValue:
    """`text` fits on a line, `rest` is more of it, and `note` describes what is not shown."""

    text: str
    rest: str = ""
    note: str = ""
    is_empty: bool = False


@dataclass(frozen=True)
class PayloadLine:
    key: str
    value: PayloadValue


def lines(payload: str) -> list[PayloadLine]:
    """Return a payload's keys in their original order; empty if it is not a JSON object."""
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):
        return []
    if not isinstance(document, dict):
        return []
    found, budget = [], MOST_TEXT
    for key, each in document.items():
        value = shown(each, at_most=min(LONG, budget))
        budget = max(SHORT, budget - len(value.text) - len(value.rest))
        found.append(PayloadLine(_whole(key[:SHORT]), value))
    return found


def shown(value: Any, *, at_most: int = LONG) -> PayloadValue:
    """Make one value readable."""
    if value is None or value in ("", [], {}):
        return PayloadValue("none" if value is None else "empty", is_empty=True)
    if isinstance(value, bool):
        return PayloadValue("yes" if value else "no")
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, indent=2 if isinstance(value, list | dict) else None)
    value = _whole(value)
    if len(value) <= SHORT:
        return PayloadValue(value)
    if BINARY.fullmatch(value):
        return PayloadValue("", note=f"{len(value):,} characters of binary data")
    rest = value[:at_most] if at_most > SHORT else ""
    left = len(value) - max(len(rest), SHORT)
    return PayloadValue(value[:SHORT], rest, f"{left:,} more characters" if left > 0 else "")


def _whole(text: str) -> str:
    """Replace lone surrogates, which cannot be encoded."""
    return HALVES.sub("\ufffd", text)
