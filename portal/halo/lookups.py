"""The lookup lists that filters choose from: top levels, product groups, asset types (halo-api.md section 3.1).

Halo has no reliable list of relationship types, so they are collected from clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.halo import refusals
from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, Response
from portal.record_fields.values import as_id

LONGEST_NAME: Final = 120


@dataclass(frozen=True)
class Lookup:
    """`key` is the envelope's key for the rows, empty for a bare array; `words` is the list's name in messages."""

    path: str
    key: str
    words: str


LOOKUPS: Final[Mapping[str, Lookup]] = {
    "top_levels": Lookup("TopLevel", "tree", "top levels"),
    "product_groups": Lookup("ItemGroup", "", "product groups"),
    "asset_types": Lookup("AssetType", "", "asset types"),
}
# The record type whose rows contain the members of a list.
FOUND_IN: Final[Mapping[str, str]] = {
    "top_levels": "clients",
    "relationships": "clients",
    "product_groups": "products",
    "asset_types": "assets",
}


def read(ask: Callable[[str, CallLimits], Response], name: str, limits: CallLimits) -> dict[int, str]:
    """Fetch a list, without retries: names by id. `ask` requests a path of the API. Raises PsaError."""
    lookup = LOOKUPS[name]
    response = ask(lookup.path, limits)
    if response.status != 200:
        raise refusals.refused_list(response, lookup.words)
    try:
        sent = msgspec.json.decode(response.body)
    except JSON_ERRORS as error:
        raise refusals.refused_list(response, lookup.words) from error
    rows = sent.get(lookup.key) if isinstance(sent, dict) else sent
    if not isinstance(rows, list):
        raise refusals.refused_list(response, lookup.words)
    return _named(rows)


class _GroupKeys(msgspec.Struct):
    """The keys of any record type that contain a group's id or name."""

    toplevel_id: Any = None
    toplevel_name: Any = None
    customer_relationship: Any = None
    assetgroup_id: Any = None
    assetgroup_name: Any = None
    assettype_id: Any = None
    assettype_name: Any = None


_group_keys = msgspec.json.Decoder(_GroupKeys)


def collect(name: str, payloads: Iterable[str]) -> dict[int, str]:
    """Collect a list from payloads of `FOUND_IN[name]`: names by id. Unreadable payloads are skipped."""
    found: dict[int, str] = {}
    for payload in payloads:
        try:
            row = _group_keys.decode(payload)
        except JSON_ERRORS:
            continue
        found.update(_named(_rows_of(name, row)))
    return found


def _rows_of(name: str, row: _GroupKeys) -> list[Any]:
    match name:
        case "top_levels":
            return [{"id": row.toplevel_id, "name": row.toplevel_name}]
        case "product_groups":
            return [{"id": row.assetgroup_id, "name": row.assetgroup_name}]
        case "asset_types":
            return [{"id": row.assettype_id, "name": row.assettype_name}]
        case _:
            return row.customer_relationship if isinstance(row.customer_relationship, list) else []


def _named(rows: list[Any]) -> dict[int, str]:
    """Return names by id. A row without a usable id is skipped; one without a name is called by its id."""
    found = {}
    for row in rows:
        number = as_id(row.get("id")) if isinstance(row, dict) else None
        if number is not None:
            name = row.get("name")
            found[number] = (name.replace("\0", "").strip()[:LONGEST_NAME] if isinstance(name, str) else "") or str(
                number
            )
    return found
