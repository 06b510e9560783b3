"""Parses conditions. Operators and words such as `and` may be written in any case."""

from __future__ import annotations

from typing import Any

from portal.sandbox.connectwise.conditions.tree import Combination, Comparison, Condition, Negation
from portal.sandbox.connectwise.conditions.words import Word, words
from portal.sandbox.connectwise.problems import find_condition

_OPERATORS = frozenset({"like", "contains", "in"})
_CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
_END = Word("end", "")


def parse(text: str) -> Condition:
    """Return what the text says. Raises Refused if it is no condition."""
    parser = _Parser(words(text))
    try:
        condition = parser.either()
    except RecursionError:
        raise find_condition("The conditions are nested too deeply.") from None
    if parser.next != _END:
        raise find_condition(f"Unexpected '{parser.next.value}' in conditions.")
    return condition


class _Parser:
    def __init__(self, found: list[Word]) -> None:
        self._words = found
        self._place = 0

    @property
    def next(self) -> Word:
        return self._words[self._place] if self._place < len(self._words) else _END

    def either(self) -> Condition:
        parts = [self._both()]
        while self._takes("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Combination("or", tuple(parts))

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._takes("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Combination("and", tuple(parts))

    def _one(self) -> Condition:
        if self._takes("not"):
            return Negation(self._one())
        if self._takes("("):
            inside = self.either()
            self._must(")")
            return inside
        return self._comparison()

    def _comparison(self) -> Comparison:
        name = self._pop()
        if name.kind != "name":
            raise find_condition(f"Expected a name instead of '{name.value}'.")
        path = tuple(part for part in name.value.lower().split("/") if part)
        negated = self._takes("not")
        operator = self._pop()
        word = str(operator.value).lower()
        if operator.kind == "operator" and not negated:
            return Comparison(path, {"<>": "!="}.get(word, word), self._value(), name=name.value)
        if word not in _OPERATORS:
            raise find_condition(f"'{operator.value}' is not a recognized operator.")
        return Comparison(path, word, self._values() if word == "in" else self._value(), negated, name.value)

    def _values(self) -> tuple[Any, ...]:
        self._must("(")
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        self._must(")")
        return tuple(values)

    def _value(self) -> Any:
        word = self._pop()
        if word.kind == "value":
            return word.value
        constant = str(word.value).lower()
        if word.kind == "name" and constant in _CONSTANTS:
            return _CONSTANTS[constant]
        raise find_condition(f"Expected a value instead of '{word.value}'.")

    def _takes(self, text: str) -> bool:
        if self.next.kind not in {"name", "mark"} or self.next.value.lower() != text:
            return False
        self._place += 1
        return True

    def _must(self, text: str) -> None:
        if not self._takes(text):
            raise find_condition(f"Expected '{text}' instead of '{self.next.value}'.")

    def _pop(self) -> Word:
        word = self.next
        self._place += 1
        return word
