"""Limiting a list to a period by id: ids rise with time, so a binary search takes some twenty lookups."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from portal.db import BaseModel

# Rows are stored slightly out of order: times and ids may disagree by this much.
DISORDER: Final = timedelta(minutes=2)


def within(table: type[BaseModel], mine: Any, at: Any, since: datetime | None, until: datetime | None) -> list[Any]:
    """Return the conditions for rows from `since` up to, but not including, `until`. An index that ends in the id
    must serve `mine`; `at` is the time column.
    """
    conditions: list[Any] = []
    if since is not None:
        conditions += [table.id >= _first_since(table, mine, at, since - DISORDER), at >= since]
    if until is not None:
        conditions += [table.id < _first_since(table, mine, at, until + DISORDER), at < until]
    return conditions


def _first_since(table: type[BaseModel], mine: Any, at: Any, moment: datetime) -> int:
    """Return the first id whose row is not older than this."""
    low, high = _edge(table, mine, table.id), _edge(table, mine, table.id.desc()) + 1
    while low < high:
        middle = (low + high) // 2
        query: Any = table.select(table.id, at).where(mine, table.id >= middle).order_by(table.id).limit(1)
        found = query.tuples().first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0] + 1
    return low


def _edge(table: type[BaseModel], mine: Any, order: Any) -> int:
    found: Any = table.select(table.id).where(mine).order_by(order).limit(1).tuples().first()
    return int(found[0]) if found else 0
