"""Parses a form into a struct."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from portal.sandbox.desk.desk_request import Form, FormError, whole
from portal.sandbox.desk.switches.controls import OTHER, choices_of
from portal.sandbox.desk.switches.kinds import ControlKind, kind_of
from portal.sandbox.desk.switches.words import SettingText, words_for

S = TypeVar("S", bound=msgspec.Struct)
_LARGEST = 10.0**9


def changed(struct: S, names: Collection[str], table: Mapping[str, SettingText], form: Form) -> S:
    """Return a copy with these fields from the form. Raises FormError naming the invalid field."""
    values = msgspec.to_builtins(struct)
    for field in msgspec.structs.fields(struct):
        if field.name in names:
            words, kind = words_for(field.name, table, OTHER), kind_of(field.type)
            values[field.name] = _read(kind, field.name, words, form, getattr(struct, field.name))
    return converted(values, type(struct))


def converted(values: Mapping[str, Any], kind: type[S]) -> S:
    """Raise FormError with the struct's own message if its values do not fit together."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as problem:
        raise FormError(f"This can't be saved: {problem}.") from problem


def _read(kind: ControlKind, name: str, words: SettingText, form: Form, value: Any) -> Any:
    if kind.name == "ticks":
        return [each for each in form.all(name) if each]
    if kind.name == "map":
        read = {key: form.text(f"{name}.{key}") for key in choices_of(kind, words, value)}
        return {
            key: _value(kind.of or kind, f"{words.label}, {key}", words, text) for key, text in read.items() if text
        }
    if kind.name == "switch":
        return form.text(name) == "on"
    return _value(kind, words.label, words, form.raw(name) if kind.name == "text" else form.text(name))


def _value(kind: ControlKind, label: str, words: SettingText, text: str) -> Any:
    if not text and kind.optional:
        return None
    if kind.name == "whole":
        least = -int(_LARGEST) if words.least is None else int(words.least)
        number = whole(text, label, least=least)
        _must_be_sensible(number, label)
        return number
    if kind.name == "number":
        return _number(text, label, words.least)
    if kind.name == "json":
        return _json(text, label)
    return text


def _number(text: str, label: str, least: float | None) -> float:
    """Parse a number. Raises FormError for anything else, including infinity and NaN."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FormError(f"{label} must be a number, not “{text[:40]}”.")
    if least is not None and number < least:
        raise FormError(f"{label} must be at least {least:g}.")
    _must_be_sensible(number, label)
    return number


def _must_be_sensible(number: float, label: str) -> None:
    if abs(number) > _LARGEST:
        raise FormError(f"{label} must be at most {_LARGEST:,.0f}.")


def _json(text: str, label: str) -> Any:
    try:
        return msgspec.json.decode(text or "{}")
    except msgspec.DecodeError as problem:
        raise FormError(f"{label} must be JSON: {problem}.") from problem
