"""Catalog items (connectwise-api.md section 5). They have no `name`."""

from __future__ import annotations

from portal.sandbox.connectwise.data.common import Fields, custom_fields, info, named, paragraph, reference
from portal.sandbox.connectwise.data.references import References
from portal.sandbox.record_factory import NewRecord
from portal.sandbox.seeded_random import SeededRandom

CATEGORIES = ((3, "Software"), (4, "Hardware"), (5, "Services"))
SUBCATEGORIES = ((7, "Licences"), (8, "Laptops"), (9, "Network"), (10, "Labour"))
TYPES = ((2, "Licence"), (3, "Product"), (4, "Service "))
MANUFACTURERS = ((31, "Tessel"), (32, "Orbona"), (33, "Kestrel Networks"))
CYCLES = ((2, "Monthly"), (3, "Quarterly"), (5, "Annually"))
_UNITS = ((6, "Each"), (7, "Hour"))
_THINGS = ("Access point", "Backup seat", "Firewall", "Laptop 14″", "Managed workstation", "Patch lead 2 m")
_GRADES = ("Basic", "Business", "Élite", "Plus", "Pro", "Σταθερό", "企业版")


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    recurring = rng.chance(0.4)
    cost = rng.money(2, 900)
    price = round(cost * 1.35, 2)
    vendor = references.company(rng).reference() if rng.chance(0.3) else None
    return {
        "id": new.id,
        "identifier": f"P-{new.id:05d}",
        "description": f"{rng.pick(_THINGS)} {rng.pick(_GRADES)}"[:60],
        "inactiveFlag": not new.active,
        "subcategory": named(SUBCATEGORIES, rng),
        "category": named(CATEGORIES, rng),
        "type": named(TYPES, rng),
        "productClass": "Agreement" if recurring else rng.pick(("NonInventory", "Inventory", "Service", "Bundle")),
        "serializedFlag": False,
        "serializedCostFlag": False,
        "phaseProductFlag": False,
        "unitOfMeasure": named(_UNITS, rng),
        "minStockLevel": 0,
        "price": price,
        "cost": cost,
        "priceAttribute": rng.pick(("FixedFee", "TimeAndMaterials", "NotToExceed")),
        "billableOption": "Billable",
        "customerDescription": paragraph(rng, 4),
        "manufacturer": named(MANUFACTURERS, rng) if rng.chance(0.7) else None,
        "manufacturerPartNumber": rng.digits(8) if rng.chance(0.6) else None,
        "vendor": vendor,
        "vendorSku": rng.digits(7) if vendor else None,
        "taxableFlag": rng.chance(0.9),
        "specialOrderFlag": False,
        "dropShipFlag": False,
        "recurringFlag": recurring,
        "recurringRevenue": price if recurring else None,
        "recurringCost": cost if recurring else None,
        "recurringOneTimeFlag": False,
        "recurringBillCycle": reference(*rng.pick(CYCLES)) if recurring else None,
        "recurringCycleType": "CalendarYear" if recurring else None,
        "calculatedPriceFlag": False,
        "calculatedCostFlag": False,
        "connectWiseID": rng.guid(),
        "notes": paragraph(rng, 1) if rng.chance(0.3) else None,
        "customFields": custom_fields(rng, 2, "procurement_catalog"),
        "_info": info(rng, new.updated),
    }
