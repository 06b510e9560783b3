"""Extracts record fields from Halo's payloads when they are displayed (halo-api.md section 4).

`values` parses what only Halo writes in its way, `custom` parses custom and asset fields. The other files each map
the keys of one record type to fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from portal.halo.record_fields import assets, clients, contacts, contracts, custom, opportunities, products, sites
from portal.record_fields import RecordFields, Value
from portal.record_fields.payload import parse

# Each returns the fields in a row of its type; None for missing and unusable values.
READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Value | None]]]] = {
    "clients": clients.fields,
    "sites": sites.fields,
    "contacts": contacts.fields,
    "products": products.fields,
    "assets": assets.fields,
    "opportunities": opportunities.fields,
    "contracts": contracts.fields,
}
# Asset fields that are shown as record fields, so they are not repeated as custom fields.
_SHOWN: Final[Mapping[str, frozenset[str]]] = {"assets": assets.ASSET_FIELDS}


def read(record_type: str, payload: str) -> RecordFields:
    """Return the fields of a stored record; none if its payload cannot be parsed."""
    row = parse(payload)
    if row is None:
        return RecordFields()
    values = {name: value for name, value in READERS[record_type](row).items() if value is not None}
    return RecordFields(values, partial(custom.read, row, _SHOWN.get(record_type, frozenset())))
