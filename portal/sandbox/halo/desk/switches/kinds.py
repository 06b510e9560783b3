"""Which control a field needs, by its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

_PLAIN = {
    msgspec.inspect.BoolType: "switch",
    msgspec.inspect.IntType: "whole",
    msgspec.inspect.FloatType: "number",
    msgspec.inspect.StrType: "text",
}


@dataclass(frozen=True)
class Kind:
    """`name` is switch, whole, number, text, choice, ticks, map or json; `of` is what a map's values are."""

    name: str
    optional: bool = False
    choices: Sequence[str] = ()
    of: Kind | None = None


def kind_of(annotation: Any) -> Kind:
    """Whatever has no control of its own is written as JSON."""
    return _kind(msgspec.inspect.type_info(annotation))


def _kind(info: msgspec.inspect.Type) -> Kind:
    if isinstance(info, msgspec.inspect.UnionType):
        rest = [each for each in info.types if not isinstance(each, msgspec.inspect.NoneType)]
        inner = _kind(rest[0]) if len(rest) == 1 else Kind("json")
        name = "json" if inner.name == "switch" else inner.name
        return Kind(name, optional=len(rest) < len(info.types), choices=inner.choices, of=inner.of)
    if isinstance(info, msgspec.inspect.LiteralType):
        texts = all(isinstance(value, str) for value in info.values)
        return Kind("choice", choices=[str(value) for value in info.values]) if texts else Kind("json")
    if isinstance(info, msgspec.inspect.ListType):
        item = _kind(info.item_type)
        return Kind("ticks", choices=item.choices) if item.name in {"text", "choice"} else Kind("json")
    if isinstance(info, msgspec.inspect.DictType):
        value = _kind(info.value_type)
        return Kind("map", of=value) if value.name in {"whole", "number", "text", "choice"} else Kind("json")
    return Kind(_PLAIN.get(type(info), "json"))
