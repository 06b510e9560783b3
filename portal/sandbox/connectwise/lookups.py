"""Setup tables (connectwise-api.md section 5). Their labels are in `name` or `description`, as seen."""

from __future__ import annotations

from typing import Any, NamedTuple

from portal.sandbox.connectwise.data import agreements, catalog, companies, configurations, opportunities
from portal.sandbox.connectwise.record_types import RecordType
from portal.sandbox.record_factory import EPOCH
from portal.sandbox.store import Row, encode_row

Rows = list[dict[str, Any]]


class SetupTable(NamedTuple):
    """A setup table reads like any list; its record type stands for its fields."""

    record_type: RecordType
    rows: list[Row]


_FLAGS = ("wonFlag", "lostFlag", "closedFlag")


def _labelled(pairs: tuple[tuple[int, str], ...], label: str) -> Rows:
    return [{"id": number, label: name, "inactiveFlag": False, "_info": {}} for number, name in pairs]


_ROWS: dict[str, Rows] = {
    "company/companies/statuses": [
        {"id": number, "name": name, "defaultFlag": number == 1, "inactiveFlag": False, "notifyFlag": False}
        for number, name in companies.STATUSES
    ],
    "company/companies/types": _labelled(companies.TYPES, "name"),
    "company/configurations/types": _labelled(configurations.TYPES, "name"),
    "company/configurations/statuses": [
        {"id": number, "description": name, "closedFlag": number != 1, "defaultFlag": number == 1}
        for number, name in configurations.STATUSES
    ],
    "sales/opportunities/types": _labelled(opportunities.TYPES, "description"),
    "sales/opportunities/statuses": [
        {"id": number, "name": name, **dict(zip(_FLAGS, flags, strict=True)), "inactiveFlag": False}
        for number, name, *flags in opportunities.STATUSES
    ],
    "sales/stages": _labelled(opportunities.STAGES, "name"),
    "sales/probabilities": [
        {"id": number, "probability": percent, "_info": {}} for number, percent in opportunities.PROBABILITIES
    ],
    "finance/agreements/types": _labelled(agreements.TYPES, "name"),
    "procurement/types": _labelled(catalog.TYPES, "name"),
    "procurement/categories": _labelled(catalog.CATEGORIES, "name"),
    "procurement/subcategories": _labelled(catalog.SUBCATEGORIES, "name"),
    "procurement/manufacturers": _labelled(catalog.MANUFACTURERS, "name"),
    "company/communicationtypes": _labelled(((2, "Direct"), (4, "Mobile"), (14, "Email - Work")), "description"),
}


def _table(path: str, rows: Rows) -> SetupTable:
    fields = frozenset(key for row in rows for key in row)
    record_type = RecordType(path, path, path, "", "name", fields, frozenset())
    return SetupTable(record_type, [Row(row["id"], encode_row(row), active=True, updated=EPOCH) for row in rows])


TABLES: dict[str, SetupTable] = {path: _table(path, rows) for path, rows in _ROWS.items()}
