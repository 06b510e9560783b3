"""The small lists that filters choose from: top levels, product groups, asset types (halo-api.md section 3.1).

There is no reliable list of relationship types, so they are gathered from the clients that have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.halo import refusals
from portal.halo.records import as_id
from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, Response

LONGEST_NAME: Final = 120


@dataclass(frozen=True)
class Lookup:
    """`key` is the envelope's key for the rows, empty for a bare array; `words` names them in messages."""

    path: str
    key: str
    words: str


LOOKUPS: Final[Mapping[str, Lookup]] = {
    "top_levels": Lookup("TopLevel", "tree", "top levels"),
    "product_groups": Lookup("ItemGroup", "", "product groups"),
    "asset_types": Lookup("AssetType", "", "asset types"),
}
# The record types whose rows name the members of a list.
FOUND_IN: Final[Mapping[str, str]] = {
    "top_levels": "clients",
    "relationships": "clients",
    "product_groups": "products",
    "asset_types": "assets",
}


def read(ask: Callable[[str, CallLimits], Response], name: str, limits: CallLimits) -> dict[int, str]:
    """Read a list, once: names by id. `ask` gets a path of the API. Raises PsaError."""
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


class _Naming(msgspec.Struct):
    """The keys of a record that name a group, whichever type it is of."""

    toplevel_id: Any = None
    toplevel_name: Any = None
    customer_relationship: Any = None
    assetgroup_id: Any = None
    assetgroup_name: Any = None
    assettype_id: Any = None
    assettype_name: Any = None


_naming = msgspec.json.Decoder(_Naming)


def collect(name: str, payloads: Iterable[str]) -> dict[int, str]:
    """Gather a list from the records of `SEEN_IN[name]`: names by id. A record that cannot be read names nothing."""
    found: dict[int, str] = {}
    for payload in payloads:
        try:
            row = _naming.decode(payload)
        except JSON_ERRORS:
            continue
        found.update(_named(_rows_of(name, row)))
    return found


def _rows_of(name: str, row: _Naming) -> list[Any]:
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
    """Keep the rows with a usable id; one without a name is called by its id."""
    found = {}
    for row in rows:
        number = as_id(row.get("id")) if isinstance(row, dict) else None
        if number is not None:
            name = row.get("name")
            found[number] = (name.replace("\0", "").strip()[:LONGEST_NAME] if isinstance(name, str) else "") or str(
                number
            )
    return found
