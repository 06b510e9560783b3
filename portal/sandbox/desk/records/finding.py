"""Searches, filters, sorts and pages the records of a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.sandbox.desk.records.tables import Table
from portal.sandbox.desk.simulated_psa import SimulatedPsa
from portal.sandbox.store import Row

PAGE: Final = 50
SORTS: Final = {"": "Last changed", "number": "Number"}


@dataclass(frozen=True)
class ListRow:
    id: int
    label: str
    cells: list[str]
    active: bool
    deleted: bool
    updated: float


@dataclass(frozen=True)
class ResultPage:
    """One page of results; `number` is the page number, from 1."""

    rows: Sequence[Row]
    number: int

    @property
    def pages(self) -> int:
        return max(-(-len(self.rows) // PAGE), 1)

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[(self.number - 1) * PAGE : self.number * PAGE]


def find(psa: SimulatedPsa, kind: str, query: Mapping[str, str]) -> ResultPage:
    """Return the requested page, or the last one if there are fewer."""
    rows = [row for row in psa.tables[kind].rows() if _has_state(row, query.get("state", ""))]
    if wanted := query.get("q", "").strip():
        table = psa.description.tables[kind]
        rows = [row for row in rows if _matches(table, row, wanted)]
    if query.get("sort", "") != "number":
        rows.sort(key=lambda row: (row.updated, row.id), reverse=True)
    page = query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return ResultPage(rows, min(max(number, 1), ResultPage(rows, 1).pages))


def line(table: Table, row: Row) -> ListRow:
    fields = row.fields()
    return ListRow(
        id=row.id,
        label=_text(table.label(fields)) or f"(unnamed {table.one})",
        cells=[_text(read(fields)) for _, read in table.columns],
        active=row.active,
        deleted=row.deleted,
        updated=row.updated,
    )


def states(table: Table) -> dict[str, str]:
    """Return the states to choose from, with their words; empty for any."""
    deleted = {"deleted": table.deleted} if table.deleted else {}
    return {"": "any", "active": "active", "inactive": table.inactive, **deleted}


def _state(row: Row) -> str:
    if row.deleted:
        return "deleted"
    return "active" if row.active else "inactive"


def _has_state(row: Row, state: str) -> bool:
    return state not in {"active", "inactive", "deleted"} or state == _state(row)


def _matches(table: Table, row: Row, wanted: str) -> bool:
    """Search the raw JSON first, so that most rows need not be decoded."""
    if wanted == str(row.id):
        return True
    folded = wanted.casefold()
    body = row.body.decode(errors="replace").casefold()
    if not all(msgspec.json.encode(word).decode()[1:-1] in body for word in folded.split()):
        return False
    shown = line(table, row)
    return any(folded in text.casefold() for text in (shown.label, *shown.cells))


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:,.2f}" if isinstance(value, float) else str(value)
    return text[:10] if text[4:5] == "-" and text[10:11] == "T" else text
