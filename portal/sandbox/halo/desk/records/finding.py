"""Searches, filters, sorts and pages the records of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal.sandbox.halo.desk.records.tables import TABLES
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.store import Row

PAGE: Final = 50
STATES: Final = ("", "active", "inactive")
SORTS: Final = {"": "Last changed", "number": "Number"}


@dataclass(frozen=True)
class ListRow:
    id: int
    label: str
    cells: list[str]
    active: bool
    updated: float


@dataclass(frozen=True)
class ResultPage:
    """One page of results; `number` is the page number, from 1."""

    rows: list[Row]
    number: int

    @property
    def pages(self) -> int:
        return max(-(-len(self.rows) // PAGE), 1)

    @property
    def shown(self) -> list[Row]:
        return self.rows[(self.number - 1) * PAGE : self.number * PAGE]


def find(tenant: Tenant, kind: str, query: Mapping[str, str]) -> ResultPage:
    """Return the requested page, or the last one if there are fewer."""
    rows = [row for row in tenant.tables[kind].rows() if _has_state(row, query.get("state", ""))]
    if wanted := query.get("q", "").strip():
        rows = [row for row in rows if _matches(kind, row, wanted)]
    if query.get("sort", "") != "number":
        rows.sort(key=lambda row: (row.updated, row.id), reverse=True)
    page = query.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1
    return ResultPage(rows, min(max(number, 1), ResultPage(rows, 1).pages))


def line(kind: str, row: Row) -> ListRow:
    fields = row.fields()
    table = TABLES[kind]
    return ListRow(
        id=row.id,
        label=_text(fields.get(table.label)) or f"(unnamed {table.one})",
        cells=[_text(fields.get(key)) for _, key in table.columns],
        active=row.active,
        updated=row.updated,
    )


def _has_state(row: Row, state: str) -> bool:
    return state not in {"active", "inactive"} or row.active == (state == "active")


def _matches(kind: str, row: Row, wanted: str) -> bool:
    """Search the raw JSON first, so that most rows need not be decoded."""
    if wanted == str(row.id):
        return True
    folded = wanted.casefold()
    if msgspec.json.encode(folded).decode()[1:-1] not in row.body.decode(errors="replace").casefold():
        return False
    shown = line(kind, row)
    return any(folded in text.casefold() for text in (shown.label, *shown.cells))


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:,.2f}" if isinstance(value, float) else str(value)
    return text[:10] if text[4:5] == "-" and text[10:11] == "T" else text
