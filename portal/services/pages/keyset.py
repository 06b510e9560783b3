"""Keyset paging: a page is read from an index, starting at the row where the page beside it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`previous` and `next` are the cursors of the pages on either side, None where there is no such page."""

    rows: list[Row]
    previous: int | None = None
    next: int | None = None

    def with_rows(self, rows: list[Other]) -> Page[Other]:
        return Page(rows, self.previous, self.next)


@dataclass(frozen=True)
class Keys:
    """The columns that a list is sorted by. The last one is unique within the list; its values are the cursors."""

    columns: tuple[Any, ...]
    is_descending: bool = False

    def cursor(self, row: Any) -> int:
        return int(getattr(row, self.columns[-1].name))

    def edge(self, row: Any) -> tuple[Any, ...]:
        """Return where a row stands in the list."""
        return tuple(getattr(row, column.name) for column in self.columns)


def page(
    query: Any, keys: Keys, size: int, edge: Sequence[Any] | None = None, *, backward: bool = False
) -> Page[Any]:
    """Return the first page of the query, or the one that follows the row at `edge`, or precedes it (`backward`)."""
    rows = list(nearest(query, keys, size + 1, edge, backward=backward))
    rows, has_more = rows[:size], len(rows) > size
    if edge is None or not backward:
        return _page(rows, keys, has_previous=edge is not None, has_next=has_more)
    if not has_more:
        # The first page, filled up, so that paging back never ends on a page of three rows.
        return page(query, keys, size)
    return _page(rows[::-1], keys, has_previous=True, has_next=True)


def nearest(query: Any, keys: Keys, number: int, edge: Sequence[Any] | None = None, *, backward: bool = False) -> Any:
    """Return the query for so many rows past the edge, the closest first."""
    # Paging back turns the order around, so that the limit keeps the rows closest to the edge.
    is_descending = keys.is_descending != (backward and edge is not None)
    found = query if edge is None else query.where(_beyond(keys.columns, edge, is_descending=is_descending))
    return found.order_by(*(column.desc() if is_descending else column for column in keys.columns)).limit(number)


def newest_first(
    query: Any, table: Any, size: int, *, before: int | None = None, after: int | None = None
) -> Page[Any]:
    """Return the rows with ids below `before`, or those next above `after`, or the newest."""
    cursor = after if after is not None else before
    edge = None if cursor is None else (cursor,)
    return page(query, Keys((table.id,), is_descending=True), size, edge, backward=after is not None)


def _page(rows: list[Any], keys: Keys, *, has_previous: bool, has_next: bool) -> Page[Any]:
    previous = keys.cursor(rows[0]) if rows and has_previous else None
    return Page(rows, previous, keys.cursor(rows[-1]) if has_next else None)


def _beyond(columns: Sequence[Any], edge: Sequence[Any], *, is_descending: bool) -> Any:
    """Return the condition for rows past the edge. Its first term alone is a range of the index."""
    (column, *others), (value, *other_values) = columns, edge
    past = column < value if is_descending else column > value
    if not others:
        return past
    not_before = column <= value if is_descending else column >= value
    return not_before & (past | _beyond(others, other_values, is_descending=is_descending))
