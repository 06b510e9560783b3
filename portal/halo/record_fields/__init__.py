"""Record fields out of Halo's payloads, computed when they are read (halo-api.md section 4).

`values` reads one value, whatever Halo has put in its place; `html` makes rich text plain; `custom` reads custom and
asset fields; the other files say, for one record type each, which keys of the payload hold which field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from portal.halo.record_fields import assets, clients, contacts, contracts, custom, opportunities, products, sites
from portal.record_fields import RecordFields, Value

# Each reads the fields of its type out of a row; what a row does not tell, or tells in no usable form, is None.
READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Value | None]]]] = {
    "clients": clients.fields,
    "sites": sites.fields,
    "contacts": contacts.fields,
    "products": products.fields,
    "assets": assets.fields,
    "opportunities": opportunities.fields,
    "contracts": contracts.fields,
}
# Asset fields that are record fields already; a custom field would tell them twice.
_TOLD: Final[Mapping[str, frozenset[str]]] = {"assets": assets.ASSET_FIELDS}

LONGEST_NUMBER: Final = 40


def read(record_type: str, payload: str) -> RecordFields:
    """Read the fields of a stored record; none of a payload that cannot be read."""
    try:
        row = json.loads(payload, parse_int=_whole)
    except (ValueError, RecursionError):
        return RecordFields()
    if not isinstance(row, dict):
        return RecordFields()
    values = {name: value for name, value in READERS[record_type](row).items() if value is not None}
    return RecordFields(values, custom.read(row, _TOLD.get(record_type, frozenset())))


def _whole(digits: str) -> int | None:
    """Read a whole number, None for one with more digits than Python would read: it must not spoil the others."""
    return int(digits) if len(digits) < LONGEST_NUMBER else None
