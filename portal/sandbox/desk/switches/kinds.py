"""Chooses a control for a field by its type."""

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
class ControlKind:
    """`name` is switch, whole, number, text, choice, ticks, map or json; `of` is the kind of a map's values."""

    name: str
    optional: bool = False
    choices: Sequence[str] = ()
    of: ControlKind | None = None


def kind_of(annotation: Any) -> ControlKind:
    """Return the control kind for a type; types without a control of their own are edited as JSON."""
    return _kind(msgspec.inspect.type_info(annotation))


def _kind(info: msgspec.inspect.Type) -> ControlKind:
    if isinstance(info, msgspec.inspect.UnionType):
        rest = [each for each in info.types if not isinstance(each, msgspec.inspect.NoneType)]
        inner = _kind(rest[0]) if len(rest) == 1 else ControlKind("json")
        name = "json" if inner.name == "switch" else inner.name
        return ControlKind(name, optional=len(rest) < len(info.types), choices=inner.choices, of=inner.of)
    if isinstance(info, msgspec.inspect.LiteralType):
        texts = all(isinstance(value, str) for value in info.values)
        return ControlKind("choice", choices=[str(value) for value in info.values]) if texts else ControlKind("json")
    if isinstance(info, msgspec.inspect.ListType):
        item = _kind(info.item_type)
        return ControlKind("ticks", choices=item.choices) if item.name in {"text", "choice"} else ControlKind("json")
    if isinstance(info, msgspec.inspect.DictType):
        value = _kind(info.value_type)
        return (
            ControlKind("map", of=value)
            if value.name in {"whole", "number", "text", "choice"}
            else ControlKind("json")
        )
    return ControlKind(_PLAIN.get(type(info), "json"))
