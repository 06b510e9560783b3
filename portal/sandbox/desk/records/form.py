"""A record's form: the values it shows, and the keys that change when it is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from portal.sandbox.desk.desk_request import Form, FormError, whole
from portal.sandbox.desk.records.tables import Fields, FormField
from portal.sandbox.desk.simulated_psa import SimulatedPsa


class FilledField(NamedTuple):
    entry: FormField
    value: str


def filled(psa: SimulatedPsa, kind: str, fields: Mapping[str, Any], typed: Form | None) -> list[FilledField]:
    """Return each field with its value, or with the text from a refused form."""
    return [
        FilledField(entry, typed.text(entry.key) if typed else _shown(entry, fields))
        for entry in psa.description.tables[kind].entries
    ]


def changes(psa: SimulatedPsa, kind: str, form: Form, before: Mapping[str, Any]) -> Fields:
    """Return the keys that change. Raises FormError for invalid values and unknown references."""
    changed: Fields = {}
    for entry in psa.description.tables[kind].entries:
        text = form.raw(entry.key).replace("\r\n", "\n") if entry.kind == "long" else form.text(entry.key)
        if entry.key in form and text != _shown(entry, before):
            changed |= _changes(psa, entry, text, {**before, **changed})
    return changed | _more(form)


def one(psa: SimulatedPsa, kind: str, key: str, text: str, before: Mapping[str, Any]) -> Fields:
    """Return the keys that change if this field alone becomes `text`. Raises FormError."""
    table = psa.description.tables[kind]
    entry = next((each for each in table.entries if each.key == key), None)
    if entry is None:
        raise FormError(f"This record type has no field “{key[:40]}” here.")
    return _changes(psa, entry, text, before)


def _more(form: Form) -> Fields:
    """Parse the free-form field, which can change any key but the id."""
    text = form.text("more")
    if not text:
        return {}
    try:
        more = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as problem:
        raise FormError(f'More fields must be a JSON object such as {{"colour": "#2bd3c6"}}: {problem}.') from problem
    if "id" in more:
        raise FormError("A record's number can't change. Remove “id” from the JSON.")
    return more


def _shown(entry: FormField, fields: Mapping[str, Any]) -> str:
    value = entry.value(fields)
    if value is None:
        return ""
    if entry.kind == "yes_no":
        return "yes" if value is True else "no"
    if entry.kind == "day":
        return str(value)[:10]
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else str(value)
    return str(value)


def _changes(psa: SimulatedPsa, entry: FormField, text: str, before: Mapping[str, Any]) -> Fields:
    if entry.kind == "reference" and not text:
        return {}
    return entry.changes(_value(psa, entry, text), before)


def _value(psa: SimulatedPsa, entry: FormField, text: str) -> Any:
    if entry.kind == "number":
        return _number(entry.label, text)
    if entry.kind == "yes_no":
        return text == "yes"
    if entry.kind == "day":
        return _day(entry.label, text)
    if entry.kind == "choice":
        return _choice(entry, text)
    if entry.kind == "reference":
        return _reference(psa, entry, text)
    return text


def _number(label: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) < 1e12:
        raise FormError(f"{label} must be a number, not “{text[:40]}”.")
    return number


def _day(label: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FormError(f"{label} must be a date such as 2026-11-30, not “{text[:40]}”.") from None


def _choice(entry: FormField, text: str) -> tuple[int, str]:
    names = {str(number): (number, name) for number, name in entry.choices}
    if text not in names:
        raise FormError(f"“{text[:40]}” isn't a choice for {entry.label}.")
    return names[text]


def _reference(psa: SimulatedPsa, entry: FormField, text: str) -> tuple[int, Fields]:
    number, one = whole(text, entry.label), psa.description.tables[entry.to].one
    row = psa.tables[entry.to].get(number)
    if row is None:
        raise FormError(f"There is no {one} {number}. Enter the number of a {one} from the list.")
    return number, row.fields()
