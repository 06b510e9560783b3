"""Selects the rows of a list query, before paging. Cached, because the next page needs the same rows."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from threading import Lock
from typing import Any

from portal.sandbox.connectwise.conditions.matching import meets
from portal.sandbox.connectwise.conditions.row_values import LAST_UPDATED, ItemValues, RowValues
from portal.sandbox.connectwise.conditions.tree import Condition
from portal.sandbox.connectwise.query import ListQuery
from portal.sandbox.store import Row, Table

_REMEMBERED = 24


class Selections:
    """The lists of one tenant."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._lock = Lock()
        self._remembered: OrderedDict[Hashable, list[Row]] = OrderedDict()
        self._sites: tuple[int, dict[int, list[Row]]] = (-1, {})

    def rows(self, kind: str, query: ListQuery, *, key: Hashable, company: int | None = None) -> list[Row]:
        """Return the rows in the requested order. `key` stands for what changed the query's conditions."""
        if company is not None:  # too many small lists to remember
            return select(self.sites_of(company), query)
        table = self._tables[kind]
        full_key = (kind, table.version, query.texts, key)
        with self._lock:
            if full_key in self._remembered:
                self._remembered.move_to_end(full_key)
                return self._remembered[full_key]
        rows = select(table.rows(), query)
        with self._lock:
            self._remembered[full_key] = rows
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return rows

    def sites_of(self, company: int) -> list[Row]:
        table = self._tables["sites"]
        version = table.version
        with self._lock:
            if self._sites[0] != version:
                by_company: dict[int, list[Row]] = {}
                for row in table.rows():
                    by_company.setdefault((row.fields().get("company") or {}).get("id", 0), []).append(row)
                self._sites = version, by_company
            return self._sites[1].get(company, [])


def select(rows: Iterable[Row], query: ListQuery) -> list[Row]:
    """Return the rows that meet the query's conditions, in its order."""
    return _ordered(_kept(rows, query), query)


def _kept(rows: Iterable[Row], query: ListQuery) -> list[Row]:
    wanted: list[Condition] = [each for each in (query.conditions, query.child_conditions) if each]
    if wanted:
        rows = [row for row in rows if all(meets(RowValues(row), each) for each in wanted)]
    condition = query.custom_field_conditions
    if condition:
        rows = [row for row in rows if any(meets(ItemValues(item), condition) for item in _custom_fields(row))]
    return list(rows)


def _custom_fields(row: Row) -> list[dict[str, Any]]:
    return row.fields().get("customFields") or []


def _ordered(rows: list[Row], query: ListQuery) -> list[Row]:
    for path, is_descending in reversed(query.order):
        if path == LAST_UPDATED:
            rows = sorted(rows, key=lambda row: row.updated, reverse=is_descending)
            continue
        values = {row.id: RowValues(row).values(path) for row in rows}
        rows = sorted(rows, key=lambda row: _sort_key(values[row.id]), reverse=is_descending)
    return rows


def _sort_key(values: list[Any]) -> tuple[int, Any]:
    value = values[0] if values else None
    if isinstance(value, int | float):
        return 1, value
    return (0, "") if value is None else (2, str(value).lower())
