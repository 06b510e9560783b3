"""Fields of contracts, which ConnectWise calls agreements (connectwise-api.md section 5: seen)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.connectwise.record_fields.values import currency, name, reference
from portal.record_fields import Value
from portal.record_fields.values import Row, as_yes_no, day, money, text

ACTIVE = "active"


def fields(row: Row) -> Mapping[str, Value | None]:
    return {
        "name": text(row, "name"),
        # An agreement has no reference but the client's.
        "reference": text(row, "customerPO"),
        "type": name(row, "type"),
        "status": text(row, "agreementStatus"),
        "active": _active(row),
        "client": reference(row, "clients", "company"),
        "starts": day(row, "startDate"),
        "ends": None if as_yes_no(row.get("noEndingDateFlag")) else day(row, "endDate"),
        "next_invoice": day(row, "nextInvoiceDate"),
        "billing_period": name(row, "billingCycle"),
        "value_per_period": money(row, "billAmount", currency=currency(row)),
    }


def _active(row: Row) -> bool | None:
    if as_yes_no(row.get("cancelledFlag")):
        return False
    status = text(row, "agreementStatus")
    return None if status is None else status.lower() == ACTIVE
