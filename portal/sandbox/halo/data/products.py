"""Products, which Halo calls items (halo-api.md section 4.4). A row does not say whether it is active."""

from __future__ import annotations

from portal.sandbox.halo.data.common import Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_date
from portal.sandbox.halo.data.references import Product, References
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom

ITEM_GROUPS = ((5, "Services"), (6, "Hardware"), (7, "Licences"), (8, "Cabling"), (9, "Cloud"))
SUPPLIERS = ((21, "Northway Distribution"), (22, "Kupfer & Söhne Großhandel"), (23, "Blue Lantern Cloud"))
_MAKERS = ((31, "Tessel"), (32, "Orbona"), (33, "Kestrel Networks"))
_THINGS = ("Access point", "Backup seat", "Firewall", "Laptop 14″", "Managed workstation", "Patch lead 2 m")
_GRADES = ("Basic", "Business", "Élite", "Plus", "Pro", "Σταθερό", "企业版")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    name = f"{rng.pick(_THINGS)} {rng.pick(_GRADES)}"
    references.products.append(Product(new.id, name))
    group_id, group = rng.pick(ITEM_GROUPS)
    supplier_id, supplier = rng.pick(SUPPLIERS)
    maker_id, factory = rng.pick(_MAKERS)
    recurring = rng.chance(0.4)
    cost = rng.money(2, 900)
    price = round(cost * 1.35, 2)
    return {
        "id": new.id,
        "name": name,
        "use": "item",
        "status": 0,
        "type": 0,
        "description": paragraph(rng, 4),
        "purchase_description": paragraph(rng, 2),
        "note": paragraph(rng, 1) if rng.chance(0.3) else None,
        "assetgroup_id": group_id,
        "assetgroup_name": group,
        "assettype_id": 0,
        "internalreference": f"P-{new.id:05d}",
        "externalreference": rng.digits(8) if rng.chance(0.4) else None,
        "supplier_part_code": rng.digits(7),
        "supplier_id": supplier_id,
        "supplier_name": supplier,
        "manufacturer_id": maker_id,
        "manufacturer_name": factory,
        "baseprice": price,
        "costprice": cost,
        "recurringprice": price if recurring else 0.0,
        "recurringcost": cost if recurring else 0.0,
        "isrecurringitem": recurring,
        "iscontractitem": recurring and rng.chance(0.5),
        "markupperc": 35.0,
        "margin": round(price - cost, 2),
        "taxcode": 1,
        "taxcode_name": "Standard",
        "taxcodeother": 0,
        "taxable": True,
        "nominalcode": rng.pick(("4000", "4010", "4100")),
        "purchasenominalcode": "5000",
        "accountsid": "",
        "quantity_in_stock": float(rng.between(0, 40)),
        "quantity_reserved": 0.0,
        "quantity_on_order": 0.0,
        "minstockqty": 0.0,
        "reorderqty": 0.0,
        "dont_track_stock": recurring,
        "dontinvoice": False,
        "weight": rng.money(0, 9),
        "maxitemdiscount": 0.0,
        "third_party_id": "",
        "goodsinunit": "",
        "goodsoutunit": "",
        "costingmethod": 0,
        "promptforprice": False,
        "template_id": 0,
        "linked_item_id": 0,
        "update_recurring_invoice_price": False,
        "update_recurring_invoice_cost": False,
        "qbo_company_id": "",
        "qboinitial_quantity_date": EMPTY,
        "xero_tenant_id": "",
        "item_default_billing_period": 0,
        "datecreated": halo_date(rng.between(1_600_000_000, 1_700_000_000) + 0.12),
        "lastmodified": halo_date(new.updated),
        "created_by": rng.between(2, 9),
        "ignore_from_accounting_sync": False,
        "price_calculated_from_components": False,
        "cost_calculated_from_components": False,
        "serialise_only_one": False,
        "customfields": custom_fields(rng, 3),
        "stocklocations": [],
    }


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Return the detail, which has the schema of the row plus stock and suppliers."""
    del references
    return {
        "stocklocations": [
            {"id": 1, "name": "Main", "client_id": 1.0, "item_quantity_in_stock": row["quantity_in_stock"]}
        ],
        "item_suppliers": [{"id": row["id"] * 10, "supplier_id": row["supplier_id"], "cost": rng.money(2, 900)}],
        "external_links": [],
    }
