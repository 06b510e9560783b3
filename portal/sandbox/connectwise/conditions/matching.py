"""Whether a row meets a condition."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

from portal.sandbox.connectwise.conditions.tree import Combination, Comparison, Condition, Negation
from portal.sandbox.connectwise.conditions.words import Moment, words

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Values(Protocol):
    """A row's values."""

    def values(self, path: tuple[str, ...]) -> list[Any]:
        """Return the values at this path, whose parts are in lower case; below an array one for each item."""


def meets(row: Values, condition: Condition) -> bool:
    if isinstance(condition, Negation):
        return not meets(row, condition.part)
    if isinstance(condition, Combination):
        results = (meets(row, part) for part in condition.parts)
        return all(results) if condition.word == "and" else any(results)
    found = any(_compares(value, condition) for value in row.values(condition.path))
    return found != condition.negated


def _compares(value: Any, comparison: Comparison) -> bool:
    word, wanted = comparison.operator, comparison.value
    if word == "in":
        return any(_equals(value, each) for each in wanted)
    if word == "=":
        return _equals(value, wanted)
    if word == "!=":
        return not _equals(value, wanted)
    if word in {"like", "contains"}:
        pattern = f"*{wanted}*" if word == "contains" else str(wanted)
        return value is not None and bool(_pattern(pattern).fullmatch(_text(value)))
    left, right = _comparable(value, wanted)
    return left is not None and right is not None and type(left) is type(right) and _ORDER[word](left, right)


def _equals(value: Any, wanted: Any) -> bool:
    if wanted is None or value is None:
        return value is wanted or (wanted is None and value == {})
    left, right = _comparable(value, wanted)
    return bool(left == right)


def _comparable(value: Any, wanted: Any) -> tuple[Any, Any]:
    """Return both in the form of the wanted value. Text is compared without its case."""
    if isinstance(wanted, Moment):
        return _seconds(value), wanted.seconds
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value, wanted
    if isinstance(wanted, int | float):
        return (float(value) if isinstance(value, int | float) else None), float(wanted)
    return (None if value is None else _text(value).lower()), str(wanted).lower()


def _seconds(value: Any) -> float | None:
    if isinstance(value, float):  # an update time
        return value
    return words(f"[{value}]")[0].value.seconds if isinstance(value, str) and value[4:5] == "-" else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = (".*" if each in "*%" else re.escape(each) for each in text)
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
