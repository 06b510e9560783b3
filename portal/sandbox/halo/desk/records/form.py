"""A record's form: what it shows, and which keys change when it is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from portal.sandbox.halo.data.dates import EMPTY
from portal.sandbox.halo.desk.records.tables import TABLES, Entry
from portal.sandbox.halo.desk.visit import Form, Refusal, whole
from portal.sandbox.halo.tenant import Tenant

Fields = dict[str, Any]


class Filled(NamedTuple):
    entry: Entry
    value: str


def filled(kind: str, fields: Mapping[str, Any], typed: Form | None) -> list[Filled]:
    """Show each entry as it is, or as it was typed into a form that was refused."""
    return [
        Filled(entry, typed.text(entry.key) if typed else _shown(entry, fields.get(entry.key)))
        for entry in TABLES[kind].entries
    ]


def changes(tenant: Tenant, kind: str, form: Form, before: Mapping[str, Any]) -> Fields:
    """Return only the keys that change. Refusal for what cannot be, and for a client or site that does not exist."""
    changed: Fields = {}
    for entry in TABLES[kind].entries:
        text = form.raw(entry.key).replace("\r\n", "\n") if entry.kind == "long" else form.text(entry.key)
        if entry.key in form and text != _shown(entry, before.get(entry.key)):
            changed |= _value(tenant, kind, entry, text)
    return changed | _more(form)


def one(tenant: Tenant, kind: str, key: str, text: str) -> Fields:
    """Return what changes when this entry alone becomes `text`. Refusal as for a whole form."""
    entry = next((each for each in TABLES[kind].entries if each.key == key), None)
    if entry is None:
        raise Refusal(f"A {TABLES[kind].one} has no field “{key[:40]}” here.")
    return _value(tenant, kind, entry, text)


def _more(form: Form) -> Fields:
    """Read the free field, which can change any key but the number."""
    text = form.text("more")
    if not text:
        return {}
    try:
        more = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as problem:
        raise Refusal(f'More fields must be a JSON object such as {{"colour": "#2bd3c6"}}: {problem}.') from problem
    if "id" in more:
        raise Refusal("A record's number can't change. Remove “id” from the JSON.")
    return more


def _shown(entry: Entry, value: Any) -> str:
    if value is None:
        return ""
    if entry.kind == "yes_no":
        return "yes" if value is True else "no"
    if entry.kind == "day":
        return "" if str(value).startswith("1900") else str(value)[:10]
    if isinstance(value, float):
        return f"{value:.0f}" if value == int(value) else str(value)
    return str(value)


def _value(tenant: Tenant, kind: str, entry: Entry, text: str) -> Fields:
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
        raise Refusal(f"{label} must be a number, not “{text[:40]}”.")
    return number


def _day(label: str, text: str) -> str:
    if not text:
        return EMPTY
    try:
        return f"{date.fromisoformat(text).isoformat()}T00:00:00"
    except ValueError:
        raise Refusal(f"{label} must be a date such as 2026-11-30, not “{text[:40]}”.") from None


def _choice(entry: Entry, text: str) -> Fields:
    names = {str(number): (number, name) for number, name in entry.choices}
    if text not in names:
        raise Refusal(f"“{text[:40]}” isn't a choice for {entry.label}.")
    number, name = names[text]
    return {entry.key: number, entry.name_key: name}


def _client(tenant: Tenant, kind: str, text: str) -> Fields:
    number = whole(text, "Client number")
    row = tenant.tables["clients"].get(number)
    if row is None:
        raise Refusal(f"There is no client {number}. Enter the number of a client from the list.")
    name = row.fields().get("name", "")
    # A site writes its client's number as a float (halo-api.md section 4).
    return {"client_id": float(number) if kind == "sites" else number, "client_name": name}


def _site(tenant: Tenant, kind: str, text: str) -> Fields:
    number = whole(text, "Site number")
    row = tenant.tables["sites"].get(number)
    if row is None:
        raise Refusal(f"There is no site {number}. Enter the number of a site from the list.")
    site = row.fields()
    moved = {
        "site_id": number,
        "site_name": site.get("name", ""),
        "client_id": int(site.get("client_id", 1)),
        "client_name": site.get("client_name", ""),
    }
    # A contact writes its site's number as a float, with the whole number beside it.
    return moved | {"site_id": float(number), "site_id_int": number} if kind == "contacts" else moved
