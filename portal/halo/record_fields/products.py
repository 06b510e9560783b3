"""Fields of products, which Halo calls items (halo-api.md section 4.4: one schema, Item)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.halo.record_fields.values import Row, active, long_text, money, text, yes_no
from portal.record_fields import Value


def fields(row: Row) -> Mapping[str, Value | None]:
    recurring = yes_no(row, "isrecurringitem")
    # The recurring figures are 0 for what is sold once.
    price, cost = ("recurringprice", "recurringcost") if recurring else ("baseprice", "costprice")
    return {
        "name": text(row, "name"),
        "code": text(row, "internalreference", "externalreference", "supplier_part_code"),
        "group": text(row, "assetgroup_name"),
        "type": text(row, "assettype_name", "intacct_type"),
        "manufacturer": text(row, "manufacturer_name"),
        # Item has no `inactive`; a Halo that sends one all the same means it (section 4.4).
        "active": active(row),
        "description": long_text(row, "description"),
        "price": money(row, price, "baseprice"),
        # Missing where the agent may not see costs; what the MSP pays may be in another currency than its own.
        "cost": money(row, cost, "costprice", currency=text(row, "purchase_currency_code_name")),
        "recurring": recurring,
        # `item_default_billing_period` is a number whose meaning is not known (section 4.4).
        "billing_period": None,
        "taxable": yes_no(row, "taxable"),
    }
