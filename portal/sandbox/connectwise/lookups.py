"""Setup tables (connectwise-api.md section 5). Their labels are in `name` or `description`, as seen."""

from __future__ import annotations

from typing import Any

from portal.sandbox.connectwise.data import agreements, catalog, companies, configurations, opportunities

Rows = list[dict[str, Any]]
_FLAGS = ("wonFlag", "lostFlag", "closedFlag")


def _labelled(pairs: tuple[tuple[int, str], ...], label: str) -> Rows:
    return [{"id": number, label: name, "inactiveFlag": False, "_info": {}} for number, name in pairs]


LOOKUPS: dict[str, Rows] = {
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
