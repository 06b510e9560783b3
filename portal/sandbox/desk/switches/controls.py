"""Turns a struct into form controls, with current values, initial values, and the input of a refused form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from portal.sandbox.desk.desk_request import Form
from portal.sandbox.desk.switches.kinds import ControlKind, kind_of
from portal.sandbox.desk.switches.words import RECORD_TYPES, SettingText, words_for

OTHER = "other"


@dataclass(frozen=True)
class Control:
    """`value` is a text, the ticked values of `ticks`, or the texts of a `map` by key; `now` is a short summary."""

    name: str
    words: SettingText
    kind: ControlKind
    value: Any
    choices: Sequence[str]
    now: str
    initial: str
    is_changed: bool


def controls(
    struct: msgspec.Struct,
    table: Mapping[str, SettingText],
    *,
    names: Collection[str] | None = None,
    start: msgspec.Struct | None = None,
    typed: Form | None = None,
) -> list[Control]:
    """Return a control for each field, or for the named ones, in order. `start` has the initial values."""
    made = []
    for field in msgspec.structs.fields(struct):
        if names is not None and field.name not in names:
            continue
        words, kind = words_for(field.name, table, OTHER), kind_of(field.type)
        value = getattr(struct, field.name)
        initial = getattr(start, field.name) if start else value
        made.append(
            Control(
                name=field.name,
                words=words,
                kind=kind,
                value=_shown(kind, value) if typed is None else _typed(kind, field.name, typed, words, value),
                choices=choices_of(kind, words, value),
                now=text_of(kind, words, value),
                initial=text_of(kind, words, initial),
                is_changed=value != initial,
            )
        )
    return made


def choices_of(kind: ControlKind, words: SettingText, value: Any) -> list[str]:
    """Return the choices, plus any current value that is not among them."""
    if kind.name == "choice":
        return [*([""] if kind.optional else []), *kind.choices]
    if kind.name in {"ticks", "map"}:
        return list(dict.fromkeys([*(words.choices or kind.choices or RECORD_TYPES), *(value or ())]))
    return []


def text_of(kind: ControlKind, words: SettingText, value: Any) -> str:
    """Return a short summary of a value."""
    if value is None:
        return "not set"
    if kind.name == "switch":
        return "on" if value else "off"
    if kind.name == "choice":
        return words.of_choice(str(value))
    if kind.name == "ticks":
        return ", ".join(words.says.get(each) or each for each in value) or "none"
    if kind.name == "map":
        return ", ".join(f"{words.says.get(key) or key} {each}" for key, each in value.items()) or "none"
    return _text(kind, value) or "empty"


def _shown(kind: ControlKind, value: Any) -> Any:
    if kind.name == "ticks":
        return list(value or ())
    if kind.name == "map":
        return {key: str(each) for key, each in (value or {}).items()}
    return _text(kind, value)


def _typed(kind: ControlKind, name: str, form: Form, words: SettingText, value: Any) -> Any:
    if kind.name == "ticks":
        return form.all(name)
    if kind.name == "map":
        return {key: form.text(f"{name}.{key}") for key in choices_of(kind, words, value)}
    return form.text(name)


def _text(kind: ControlKind, value: Any) -> str:
    if value is None:
        return ""
    if kind.name == "switch":
        return "on" if value else ""
    if kind.name == "json":
        return msgspec.json.encode(value).decode(errors="replace")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
