"""What an opportunity is worth, by its forecast (connectwise-api.md section 5: forecastItems)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from portal.connectwise.record_fields.values import name, objects
from portal.record_fields import Money
from portal.record_fields.values import Row, as_number, as_yes_no, money

# How many months a billing cycle takes. Recurring revenue is stated per cycle, and without one per month.
MONTHS: Final[Mapping[str, int]] = {
    "": 1,
    "month": 1,
    "monthly": 1,
    "quarter": 3,
    "quarterly": 3,
    "semi-annual": 6,
    "semi-annually": 6,
    "annual": 12,
    "annually": 12,
    "yearly": 12,
    "year": 12,
}


def values(forecast: Any, currency: str | None) -> tuple[Money | None, Money | None]:
    """Return what the opportunity brings once and every month. None if there is no forecast, or for what is monthly
    if a cycle is unknown.
    """
    items = _counted(forecast) if isinstance(forecast, Mapping) else []
    if not items:
        return None, None
    once = sum((_amount(item, "revenue") for item in items), Decimal())
    recurring = [(amount, _months(item)) for item in items if (amount := _amount(item, "recurringRevenue"))]
    if any(months is None for _, months in recurring):
        return _money(once, currency), None
    monthly = sum((amount / months for amount, months in recurring if months), Decimal())
    return _money(once, currency), _money(monthly, currency)


def _counted(forecast: Row) -> list[Row]:
    """Return the items that are included. Lost ones count only if all of them are lost."""
    included = [
        item for item in objects(forecast, "forecastItems") if as_yes_no(item.get("includeFlag")) is not False
    ]
    return [item for item in included if (name(item, "status") or "").lower() != "lost"] or included


def _amount(item: Row, key: str) -> Decimal:
    return Decimal(as_number(item.get(key)) or 0)


def _months(item: Row) -> int | None:
    return MONTHS.get((name(item, "billCycle") or name(item, "recurringBillCycle") or "").lower())


def _money(amount: Decimal, currency: str | None) -> Money | None:
    return money({"amount": str(round(amount, 4))}, "amount", currency=currency)
