"""The first clients of a tenant, each to be renamed or deleted."""

from __future__ import annotations

from html import escape
from itertools import islice

from portal.sandbox.halo.data.world import UNKNOWN
from portal.sandbox.halo.desk.parts import button, form, hidden, table
from portal.sandbox.halo.store import Row
from portal.sandbox.halo.tenant import Tenant

_SHOWN = 20


def clients(tenant: Tenant) -> str:
    shown = islice((row for row in tenant.tables["clients"].rows() if row.id != UNKNOWN.id), _SHOWN)
    rows = [_line(row) for row in shown]
    return f"<section><h2>Clients</h2>{table(('ID', 'Name', ''), rows)}</section>"


def _line(row: Row) -> tuple[str, ...]:
    name = str(row.fields().get("name", ""))
    field = (
        f'<input class="wide" name="name" value="{escape(name)}" required autocomplete="off"'
        f' aria-label="Name of client {row.id}">'
    )
    state = "" if row.active else " inactive"
    return (
        f'<span class="number">{row.id}{state}</span>',
        form("rename", hidden("id", row.id), field, button("Rename", about=name)),
        form("delete", hidden("id", row.id), button("Delete", risky=True, about=name)),
    )
