"""What conditions say, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Comparison:
    """`operator` is one of = != < <= > >= like contains in.

    `path` has the name's parts in lower case, such as company, id; `name` is as it was sent.
    """

    path: tuple[str, ...]
    operator: str
    value: Any
    negated: bool = False
    name: str = ""


@dataclass(frozen=True)
class Combination:
    """`word` is and, or."""

    word: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Negation:
    part: Condition


Condition = Comparison | Combination | Negation


def comparisons(condition: Condition) -> list[Comparison]:
    if isinstance(condition, Comparison):
        return [condition]
    parts = (condition.part,) if isinstance(condition, Negation) else condition.parts
    return [each for part in parts for each in comparisons(part)]
