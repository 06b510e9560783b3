"""Lookup lists: bare arrays, or with an envelope (halo-api.md sections 2 and 3.1)."""

from __future__ import annotations

from typing import Any

from portal.sandbox.halo.custom_fields import field_list
from portal.sandbox.halo.data.assets import ASSET_GROUPS, ASSET_TYPES
from portal.sandbox.halo.data.clients import TOP_LEVELS
from portal.sandbox.halo.data.opportunities import STATUSES, TICKET_TYPE
from portal.sandbox.halo.data.products import ITEM_GROUPS, SUPPLIERS
from portal.sandbox.halo.data.tickets import TICKET_TYPE as INCIDENT
from portal.sandbox.halo.parameters import Query, flag
from portal.sandbox.halo.settings import Knobs

# Agent 1 is "unassigned".
_AGENTS = [{"id": 1, "name": "Unassigned", "isdisabled": False}] + [
    {"id": number, "name": f"Agent {number}", "isdisabled": False, "team": "1st Line"} for number in range(2, 10)
]


def _named(pairs: tuple[tuple[int, str], ...]) -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in pairs]


_BARE: dict[str, list[dict[str, Any]]] = {
    "assettype": _named(ASSET_TYPES),
    "assetgroup": _named(ASSET_GROUPS),
    "itemgroup": _named(ITEM_GROUPS),
    "status": _named(STATUSES),
    "tickettype": [
        {"id": INCIDENT[0], "name": INCIDENT[1], "use": "ticket"},
        {"id": TICKET_TYPE[0], "name": TICKET_TYPE[1], "use": "opportunity"},
    ],
    "agent": _AGENTS,
}
_ENVELOPED = {"toplevel": ("tree", _named(TOP_LEVELS)), "supplier": ("suppliers", _named(SUPPLIERS))}

FIELDS = "fieldinfo"
NAMES = frozenset(_BARE) | frozenset(_ENVELOPED) | {FIELDS}


def lookup(name: str, query: Query, knobs: Knobs) -> Any:
    """Return a lookup list. Only the list of agents changes its form with `pageinate=true`."""
    if name in _ENVELOPED:
        envelope, rows = _ENVELOPED[name]
        return {"record_count": len(rows), envelope: rows}
    if name == FIELDS:
        return field_list(query, knobs)
    rows = _BARE[name]
    if name == "tickettype" and not knobs.lists_ticket_types:
        return [{key: value for key, value in row.items() if key != "use"} for row in rows]
    if name == "agent" and flag(query, "pageinate"):
        return {"page_no": 1, "page_size": len(rows), "record_count": len(rows), "results": rows}
    return rows
