"""Fields of products, which Halo calls items (halo-api.md section 4.4: one schema, Item)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.halo.record_fields.values import active
from portal.record_fields import Value
from portal.record_fields.values import Row, long_text, money, text, yes_no


def fields(row: Row) -> Mapping[str, Value | None]:
    recurring = yes_no(row, "isrecurringitem")
    # Recurring prices are 0 for products that are sold once.
    price, cost = ("recurringprice", "recurringcost") if recurring else ("baseprice", "costprice")
    return {
        "name": text(row, "name"),
        "code": text(row, "internalreference", "externalreference", "supplier_part_code"),
        "group": text(row, "assetgroup_name"),
        "type": text(row, "assettype_name", "intacct_type"),
        "manufacturer": text(row, "manufacturer_name"),
        # Item has no `inactive` in the specification, but it counts if Halo sends it (section 4.4).
        "active": active(row),
        "description": long_text(row, "description"),
        "price": money(row, price, "baseprice"),
        # Missing if the agent may not see costs. The MSP may pay in another currency than its own.
        "cost": money(row, cost, "costprice", currency=text(row, "purchase_currency_code_name")),
        "recurring": recurring,
        # `item_default_billing_period` is a number whose meaning is unknown (section 4.4).
        "billing_period": None,
        "taxable": yes_no(row, "taxable"),
    }
