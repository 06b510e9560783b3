"""Form fields in ConnectWise's shapes (connectwise-api.md section 5): references, dates, communication items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.sandbox.connectwise.data.common import reference
from portal.sandbox.connectwise.data.references import COMPANIES
from portal.sandbox.desk.records.tables import ControlKind, Fields, FormField, value_at


def text(key: str, label: str, kind: ControlKind = "text") -> FormField:
    """Make a field for a text; an empty one is left out of the record."""

    def write(value: str, before: Mapping[str, Any]) -> Fields:
        del before
        return {key: value or None}

    return FormField(key, label, kind, write=write)


def whole_number(key: str, label: str) -> FormField:
    def write(value: float, before: Mapping[str, Any]) -> Fields:
        del before
        return {key: int(value)}

    return FormField(key, label, "number", write=write)


def day(key: str, label: str) -> FormField:
    """Make a field for a day, which is midnight with a Z, or left out."""

    def write(value: date | None, before: Mapping[str, Any]) -> Fields:
        del before
        return {key: f"{value.isoformat()}T00:00:00Z" if value else None}

    return FormField(key, label, "day", write=write)


def end_day(value: date | None, before: Mapping[str, Any]) -> Fields:
    """Write the last day of an agreement; without one it is endless."""
    del before
    return {"endDate": f"{value.isoformat()}T00:00:00Z" if value else None, "noEndingDateFlag": value is None}


def choice(key: str, label: str, choices: Sequence[tuple[int, str]], path: str = "") -> FormField:
    """Make a field for a reference to a row of a setup table; `path` is the table's."""

    def write(chosen: tuple[int, str], before: Mapping[str, Any]) -> Fields:
        del before
        return {key: reference(*chosen, path)}

    return FormField(key, label, "choice", tuple(choices), read=value_at(f"{key}/id"), write=write)


def _company_reference(number: int, company: Mapping[str, Any]) -> Fields:
    return reference(number, company.get("name", ""), COMPANIES, identifier=company.get("identifier", ""))


def _to_company(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    """Move to a company. A site of the former company is left out."""
    number, company = chosen
    is_elsewhere = (before.get("company") or {}).get("id") != number
    return {"company": _company_reference(number, company), **({"site": None} if is_elsewhere else {})}


def _site_to_company(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    del before
    return {"company": _company_reference(*chosen)}


def _to_site(chosen: tuple[int, Fields], before: Mapping[str, Any]) -> Fields:
    del before
    number, site = chosen
    company = site["company"]
    return {"company": company, "site": reference(number, site["name"], f"{COMPANIES}/{company['id']}/sites")}


COMPANY = FormField(
    "company", "Company number", "reference", to="clients", read=value_at("company/id"), write=_to_company
)
SITES_COMPANY = FormField(
    "company", "Company number", "reference", to="clients", read=value_at("company/id"), write=_site_to_company
)
SITE = FormField("site", "Site number", "reference", to="sites", read=value_at("site/id"), write=_to_site)


def email(fields: Mapping[str, Any]) -> Any:
    """Return the default e-mail address, which is a communication item."""
    return next((each.get("value") for each in _items(fields) if _is_default(each, "Email")), None)


def _to_email(value: str, before: Mapping[str, Any]) -> Fields:
    others = [each for each in _items(before) if not _is_default(each, "Email")]
    item = {
        "id": int(before.get("id", 0)) * 10,
        "type": reference(14, "Email - Work", "company/communicationTypes"),
        "value": value,
        "defaultFlag": True,
        "domain": f"@{value.rpartition('@')[2]}",
        "communicationType": "Email",
    }
    return {"communicationItems": [*([item] if value else []), *others]}


EMAIL = FormField("email", "Email", read=email, write=_to_email)


def _items(fields: Mapping[str, Any]) -> list[Fields]:
    return fields.get("communicationItems") or []


def _is_default(item: Mapping[str, Any], kind: str) -> bool:
    return item.get("communicationType") == kind and item.get("defaultFlag") is True
