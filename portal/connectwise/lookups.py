"""The setup tables that filters choose from, and what records mention of them (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.connectwise import refusals, responses
from portal.connectwise.credentials import Credentials
from portal.connectwise.resources import PAGE_SIZE
from portal.connectwise.responses import Kind
from portal.connectwise.values import id_of, name_of
from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, Response

LONGEST_NAME: Final = 120
TABLE_SETUP: Final = "System > Table Setup"
# The part of a setup table that needs no right to set up tables.
READABLE_PART: Final = "{}/info"


@dataclass(frozen=True)
class Lookup:
    path: str
    words: str


LOOKUPS: Final[Mapping[str, Lookup]] = {
    "relationships": Lookup("company/companies/types", "company types"),
    "product_groups": Lookup("procurement/categories", "product categories"),
    "asset_types": Lookup("company/configurations/types", "configuration types"),
}
# The record type whose rows contain the members of a list, and the key that they have there.
FOUND_IN: Final[Mapping[str, str]] = {
    "top_levels": "clients",
    "relationships": "clients",
    "product_groups": "products",
    "asset_types": "assets",
}
CALLED: Final[Mapping[str, str]] = {
    "top_levels": "territories",
    "relationships": "types",
    "product_groups": "categories",
    "asset_types": "configuration types",
}
Ask = Callable[[str, Mapping[str, str], CallLimits], Response]


def read(ask: Ask, credentials: Credentials, name: str, limits: CallLimits) -> dict[int, str]:
    """Fetch a list, without retries: names by id. `ask` requests a path of the API. Raises PsaError."""
    lookup = LOOKUPS[name]
    params = {"pageSize": str(PAGE_SIZE)}
    response = ask(lookup.path, params, limits)
    if responses.kind_of(response) in {Kind.NO_PERMISSION, Kind.NO_ENDPOINT}:
        response = ask(READABLE_PART.format(lookup.path), params, limits)
    try:
        rows = msgspec.json.decode(response.body) if responses.kind_of(response) is Kind.ANSWER else None
    except JSON_ERRORS:
        rows = None
    if not isinstance(rows, list):
        raise refusals.refused(response, credentials, lookup.words, TABLE_SETUP)
    return _named(rows)


class _GroupKeys(msgspec.Struct):
    """The keys of any record type that contain a group's id or name."""

    territory: Any = None
    types: Any = None
    type: Any = None
    category: Any = None


_group_keys = msgspec.json.Decoder(_GroupKeys)


def collect(name: str, payloads: Iterable[str]) -> dict[int, str]:
    """Collect a list from payloads of `FOUND_IN[name]`: names by id. Unreadable payloads are skipped."""
    found: dict[int, str] = {}
    for payload in payloads:
        try:
            row = _group_keys.decode(payload)
        except JSON_ERRORS:
            continue
        found.update(_named(_references(name, row)))
    return found


def _references(name: str, row: _GroupKeys) -> list[Any]:
    match name:
        case "top_levels":
            return [row.territory]
        case "product_groups":
            return [row.category]
        case "asset_types":
            return [row.type]
        case _:
            return row.types if isinstance(row.types, list) else [row.type]


def _named(rows: list[Any]) -> dict[int, str]:
    """Return names by id. A row without a usable id is skipped; one without a name is called by its id."""
    found = {}
    for row in rows:
        if (number := id_of(row)) is not None:
            found[number] = name_of(row)[:LONGEST_NAME] or str(number)
    return found
