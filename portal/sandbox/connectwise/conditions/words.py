"""Splits conditions into words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from portal.sandbox.connectwise.problems import find_condition

_WORD = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<moment>\[[^\]]*\])
      | (?P<operator><=|>=|!=|<>|=|<|>)
      | (?P<mark>[(),])
      | (?P<number>-?\d{1,18}(?:\.\d+)?)(?![\w/])
      | (?P<name>[A-Za-z_][\w/]*)
    )""",
    re.VERBOSE,
)


class Moment(NamedTuple):
    """A date in brackets: seconds since 1970, read as UTC, and whether it names its zone."""

    seconds: float
    is_zoned: bool


class Word(NamedTuple):
    """`kind` is name, operator, mark or value."""

    kind: str
    value: Any


def words(text: str) -> list[Word]:
    """Split the text. Raises Refused for anything that is no word."""
    found = []
    place = 0
    text = text.rstrip()
    while place < len(text):
        match = _WORD.match(text, place)
        if not match:
            raise find_condition(f"String was not recognized near '{text[place : place + 20]}'.")
        found.append(_word(str(match.lastgroup), match[str(match.lastgroup)]))
        place = match.end()
    return found


def _word(kind: str, text: str) -> Word:
    if kind == "text":
        return Word("value", re.sub(r"\\(.)", r"\1", text[1:-1]))
    if kind == "number":
        return Word("value", float(text) if "." in text else int(text))
    if kind == "moment":
        return Word("value", _moment(text[1:-1]))
    return Word(kind, text)


def _moment(text: str) -> Moment:
    try:
        date = datetime.fromisoformat(text.strip())
    except ValueError:
        raise find_condition(f"String '{text}' was not recognized as a valid DateTime.") from None
    return Moment((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp(), date.tzinfo is not None)
