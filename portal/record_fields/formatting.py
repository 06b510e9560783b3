"""Formats record field values for exports, as text for one cell or as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.record_fields.kinds import Address, CustomField, Money, Reference, Value


def as_text(value: Value) -> str:
    """Format a value for one cell, so that a spreadsheet can use it directly."""
    match value:
        case bool():
            return "yes" if value else "no"
        case Money():
            return f"{value.amount:f} {value.currency}" if value.currency else f"{value.amount:f}"
        case Address():
            return ", ".join(value.parts)
        case Reference():
            return value.name or f"#{value.number}"
        case tuple():
            return ", ".join(value)
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
    return str(value)


def as_json(value: Value) -> Any:
    """Convert a value to JSON. Amounts of money become text, because a float would round them."""
    match value:
        case Money():
            return {"amount": f"{value.amount:f}", "currency": value.currency}
        case Address() | Reference():
            return asdict(value)
        case tuple():
            return list(value)
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
    return value


def custom_as_text(custom: tuple[CustomField, ...]) -> str:
    """Format all custom fields of a record for one cell, one line each."""
    return "\n".join(f"{each.label}: {as_text(each.value)}" for each in custom)


def custom_as_json(custom: tuple[CustomField, ...]) -> list[dict[str, Any]]:
    return [{"label": each.label, "kind": each.kind.value, "value": as_json(each.value)} for each in custom]
