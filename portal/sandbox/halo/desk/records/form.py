"""A record's form: the values it shows, and the keys that change when it is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from portal.sandbox.halo.data.dates import EMPTY
from portal.sandbox.halo.desk.desk_request import Form, FormError, whole
from portal.sandbox.halo.desk.records.tables import TABLES, FormField
from portal.sandbox.halo.tenant import Tenant

Fields = dict[str, Any]


class FilledField(NamedTuple):
    entry: FormField
    value: str


def filled(kind: str, fields: Mapping[str, Any], typed: Form | None) -> list[FilledField]:
    """Return each field with its value, or with the text from a refused form."""
    return [
        FilledField(entry, typed.text(entry.key) if typed else _shown(entry, fields.get(entry.key)))
        for entry in TABLES[kind].entries
    ]


def changes(tenant: Tenant, kind: str, form: Form, before: Mapping[str, Any]) -> Fields:
    """Return the keys that change. Raises FormError for invalid values and unknown clients or sites."""
    changed: Fields = {}
    for entry in TABLES[kind].entries:
        text = form.raw(entry.key).replace("\r\n", "\n") if entry.kind == "long" else form.text(entry.key)
        if entry.key in form and text != _shown(entry, before.get(entry.key)):
            changed |= _value(tenant, kind, entry, text)
    return changed | _more(form)


def one(tenant: Tenant, kind: str, key: str, text: str) -> Fields:
    """Return the keys that change if this field alone becomes `text`. Raises FormError."""
    entry = next((each for each in TABLES[kind].entries if each.key == key), None)
    if entry is None:
        raise FormError(f"A {TABLES[kind].one} has no field “{key[:40]}” here.")
    return _value(tenant, kind, entry, text)


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


def _shown(entry: FormField, value: Any) -> str:
    if value is None:
        return ""
    if entry.kind == "yes_no":
        return "yes" if value is True else "no"
    if entry.kind == "day":
        return "" if str(value).startswith("1900") else str(value)[:10]
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else str(value)
    return str(value)


def _value(tenant: Tenant, kind: str, entry: FormField, text: str) -> Fields:
    if entry.kind == "number":
        return {entry.key: _number(entry.label, text)}
    if entry.kind == "yes_no":
        return {entry.key: text == "yes"}
    if entry.kind == "day":
        return {entry.key: _day(entry.label, text)}
    if entry.kind == "choice":
        return _choice(entry, text)
    if entry.kind == "client":
        return _client(tenant, kind, text) if text else {}
    if entry.kind == "site":
        return _site(tenant, kind, text) if text else {}
    return {entry.key: text}


def _number(label: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) < 1e12:
        raise FormError(f"{label} must be a number, not “{text[:40]}”.")
    return number


def _day(label: str, text: str) -> str:
    if not text:
        return EMPTY
    try:
        return f"{date.fromisoformat(text).isoformat()}T00:00:00"
    except ValueError:
        raise FormError(f"{label} must be a date such as 2026-11-30, not “{text[:40]}”.") from None


def _choice(entry: FormField, text: str) -> Fields:
    names = {str(number): (number, name) for number, name in entry.choices}
    if text not in names:
        raise FormError(f"“{text[:40]}” isn't a choice for {entry.label}.")
    number, name = names[text]
    return {entry.key: number, entry.name_key: name}


def _client(tenant: Tenant, kind: str, text: str) -> Fields:
    number = whole(text, "Client number")
    row = tenant.tables["clients"].get(number)
    if row is None:
        raise FormError(f"There is no client {number}. Enter the number of a client from the list.")
    name = row.fields().get("name", "")
    # A site has its client's id as a float (halo-api.md section 4).
    return {"client_id": float(number) if kind == "sites" else number, "client_name": name}


def _site(tenant: Tenant, kind: str, text: str) -> Fields:
    number = whole(text, "Site number")
    row = tenant.tables["sites"].get(number)
    if row is None:
        raise FormError(f"There is no site {number}. Enter the number of a site from the list.")
    site = row.fields()
    moved = {
        "site_id": number,
        "site_name": site.get("name", ""),
        "client_id": int(site.get("client_id", 1)),
        "client_name": site.get("client_name", ""),
    }
    # A contact has its site's id as a float and as an integer.
    return moved | {"site_id": float(number), "site_id_int": number} if kind == "contacts" else moved
