"""Fields of products, which ConnectWise calls catalog items (connectwise-api.md section 5: SPEC, no live row)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.connectwise.record_fields.values import currency, name, not_flag
from portal.record_fields import Money, Value
from portal.record_fields.values import Row, as_yes_no, long_text, money, text, yes_no

ONCE = "One time"


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        # Catalog items have no name.
        "name": text(row, "description", "identifier"),
        "code": text(row, "identifier"),
        "group": name(row, "category"),
        "type": name(row, "type") or text(row, "productClass"),
        "manufacturer": name(row, "manufacturer"),
        "active": not_flag(row, "inactiveFlag"),
        "description": long_text(row, "customerDescription"),
        "price": _amount(row, "price", "recurringRevenue"),
        "cost": _amount(row, "cost", "recurringCost"),
        "recurring": yes_no(row, "recurringFlag"),
        "billing_period": _billing_period(row),
        "taxable": yes_no(row, "taxableFlag"),
    }


def _amount(row: Row, key: str, recurring_key: str) -> Money | None:
    """Return the amount per unit; of a recurring product that has none, the amount per period."""
    found = money(row, key, currency=currency(row))
    if as_yes_no(row.get("recurringFlag")) and (found is None or not found.amount):
        return money(row, recurring_key, currency=currency(row)) or found
    return found


def _billing_period(row: Row) -> str | None:
    if not as_yes_no(row.get("recurringFlag")):
        return None
    return ONCE if as_yes_no(row.get("recurringOneTimeFlag")) else name(row, "recurringBillCycle")
