"""The values of a row by path, decoded only when a condition needs them."""

from __future__ import annotations

from typing import Any

from portal.sandbox.connectwise.record_types import RECORD_TYPES
from portal.sandbox.store import Row

LAST_UPDATED = ("lastupdated",)
# Names of fields by their lower case, which saves a search through every row.
_SPELLINGS = {name.lower(): name for each in RECORD_TYPES.values() for name in each.fields}


class RowValues:
    """`lastUpdated` is that of `_info`, as a number; `id` needs no decoding either."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._fields: dict[str, Any] | None = None

    def values(self, path: tuple[str, ...]) -> list[Any]:
        if path in {LAST_UPDATED, ("_info", "lastupdated")}:
            return [self._row.updated]
        if path == ("id",):
            return [self._row.id]
        if self._fields is None:
            self._fields = self._row.fields()
        return below(self._fields, path)


class ItemValues:
    """The values of an array's item, for customFieldConditions."""

    def __init__(self, item: dict[str, Any]) -> None:
        self._item = item

    def values(self, path: tuple[str, ...]) -> list[Any]:
        return below(self._item, path)


def below(value: Any, path: tuple[str, ...]) -> list[Any]:
    if isinstance(value, list):
        return [found for each in value for found in below(each, path)]
    if not path:
        return [value]
    if not isinstance(value, dict):
        return [None]
    return below(_get(value, path[0]), path[1:])


def _get(fields: dict[str, Any], name: str) -> Any:
    """Return the value whose key is this name in any case."""
    if name in fields:
        return fields[name]
    key = _SPELLINGS.get(name)
    if key in fields:
        return fields[key]
    return next((value for key, value in fields.items() if key.lower() == name), None)
