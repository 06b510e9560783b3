"""The values of a row by path, decoded only when a condition needs them."""

from __future__ import annotations

from typing import Any

from portal.sandbox.store import Row

LAST_UPDATED = ("lastupdated",)


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
            self._fields = _lowered(self._row.fields())
        return below(self._fields, path)


class ItemValues:
    """The values of an array's item, for customFieldConditions."""

    def __init__(self, item: dict[str, Any]) -> None:
        self._item = _lowered(item)

    def values(self, path: tuple[str, ...]) -> list[Any]:
        return below(self._item, path)


def below(value: Any, path: tuple[str, ...]) -> list[Any]:
    if isinstance(value, list):
        return [found for each in value for found in below(each, path)]
    if not path:
        return [value]
    if not isinstance(value, dict):
        return [None]
    return below(value.get(path[0]), path[1:])


def _lowered(value: Any) -> Any:
    """Return the same with its keys in lower case: names in conditions may be written in any case."""
    if isinstance(value, dict):
        return {key.lower(): _lowered(each) for key, each in value.items()}
    return [_lowered(each) for each in value] if isinstance(value, list) else value
