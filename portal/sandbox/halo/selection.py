"""Selects all rows for a list query, before paging. Cached, because the next page needs the same rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from portal.sandbox.halo.data.record_factory import ADDITIONS, Addition
from portal.sandbox.halo.data.references import References
from portal.sandbox.halo.filters import FILTERS, states, wanted
from portal.sandbox.halo.parameters import Query, flag, moment
from portal.sandbox.halo.record_types import RECORD_TYPES
from portal.sandbox.store import Row, Table, encode_row

_REMEMBERED = 24
_ALWAYS = frozenset(
    {
        "activeinactive",
        "closed_only",
        "idonly",
        "includeactive",
        "includeclosed",
        "includeinactive",
        "lastupdatefromdate",
        "lastupdatetodate",
        "open_only",
        "order",
        "orderdesc",
    }
)


class Selections:
    """The lists of one tenant."""

    def __init__(self, tables: Mapping[str, Table], references: References) -> None:
        self._tables = tables
        self._world = references
        self._lock = Lock()
        self._remembered: OrderedDict[tuple[Any, ...], list[bytes]] = OrderedDict()

    def bodies(self, kind: str, query: Query, *, filters_updates: bool, hours_ahead: float = 0.0) -> list[bytes]:
        """Return the rows' JSON in the requested order. Dates in the query are this many hours ahead of UTC."""
        table = self._tables[kind]
        known = _ALWAYS | FILTERS[kind].keys() | ADDITIONS.get(kind, {}).keys()
        asked = frozenset((name, value) for name, value in query.items() if name in known)
        key = (kind, table.version, filters_updates, hours_ahead, asked)
        with self._lock:
            if key in self._remembered:
                self._remembered.move_to_end(key)
                return self._remembered[key]
        rows = _select(kind, table.rows(), query, filters_updates=filters_updates, hours_ahead=hours_ahead)
        bodies = self._shape(kind, rows, query)
        with self._lock:
            self._remembered[key] = bodies
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return bodies

    def _shape(self, kind: str, rows: list[Row], query: Query) -> list[bytes]:
        if RECORD_TYPES[kind].has_idonly and flag(query, "idonly"):
            return [b'{"id":%d}' % row.id for row in rows]
        additions = [add for name, add in ADDITIONS.get(kind, {}).items() if flag(query, name)]
        if not additions:
            return [row.body for row in rows]
        return [self._extended(row, additions) for row in rows]

    def _extended(self, row: Row, additions: list[Addition]) -> bytes:
        fields, added = row.fields(), dict[str, Any]()
        for add in additions:
            added |= add(self._world, fields)
        return encode_row(added | fields)


def _select(kind: str, rows: list[Row], query: Query, *, filters_updates: bool, hours_ahead: float) -> list[Row]:
    active, inactive = states(RECORD_TYPES[kind], query)
    rows = [row for row in rows if (active if row.active else inactive)]
    if filters_updates:
        first, last = (moment(query, name) for name in ("lastupdatefromdate", "lastupdatetodate"))
        rows = _updated_between(rows, _as_utc(first, hours_ahead), _as_utc(last, hours_ahead))
    for predicate, value in wanted(kind, query):
        rows = [row for row in rows if predicate(row.fields(), value)]
    return _ordered(rows, query)


def _as_utc(moment: float | None, hours_ahead: float) -> float | None:
    return None if moment is None else moment - hours_ahead * 3600


def _updated_between(rows: list[Row], first: float | None, last: float | None) -> list[Row]:
    if first is not None:
        rows = [row for row in rows if row.updated >= first]
    if last is not None:
        rows = [row for row in rows if row.updated <= last]
    return rows


def _ordered(rows: list[Row], query: Query) -> list[Row]:
    """Sort by id or the given field; descending only for `orderdesc=true` (halo-api.md section 3.3)."""
    field = query.get("order", "").lower() or "id"
    if field != "id":
        values = {row.id: row.fields().get(field) for row in rows}
        rows = sorted(rows, key=lambda row: _sort_key(values[row.id]))
    return rows[::-1] if flag(query, "orderdesc") else rows


def _sort_key(value: Any) -> tuple[int, Any]:
    if isinstance(value, int | float):
        return 1, value
    return (0, "") if value is None else (2, str(value).lower())
