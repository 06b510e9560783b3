"""Assets (halo-api.md section 4.5). They have no `name`."""

from __future__ import annotations

from portal.sandbox.halo.data.common import COLOURS, Fields, custom_fields, paragraph
from portal.sandbox.halo.data.dates import EMPTY, halo_day
from portal.sandbox.halo.data.references import References
from portal.sandbox.record_factory import DAY, EPOCH, NewRecord
from portal.sandbox.seeded_random import SeededRandom

ASSET_TYPES = ((128, "Server"), (129, "Workstation"), (130, "Laptop"), (131, "Printer"), (132, "Firewall"))
ASSET_GROUPS = ((50, "Computers"), (51, "Network"))
GROUP_OF_ASSET_TYPE = {128: 50, 129: 50, 130: 50, 131: 51, 132: 51}
ASSET_STATUSES = ((1, "Active"), (2, "In stock"), (3, "In repair"), (9, "Retired"))
UNKNOWN_OWNER = -99
_MODELS = (("Tessel", "Slate 14 G3"), ("Tessel", "Tower 900"), ("Orbona", "Rack R7"), ("Kestrel Networks", "KN-60F"))


def make(references: References, rng: SeededRandom, new: NewRecord) -> Fields:
    site = references.site(rng)
    client = site.client
    person = references.person_at(site, rng)
    contract = references.contract_of(client.id, rng) if rng.chance(0.5) else None
    product = rng.pick(references.products) if references.products and rng.chance(0.3) else None
    type_id, type_name = rng.pick(ASSET_TYPES)
    status_id, status = ASSET_STATUSES[0] if new.active else ASSET_STATUSES[3]
    serial = serial_number(references, new.id)
    bought = EPOCH - rng.between(10, 2000) * DAY
    return {
        "id": new.id,
        "changeguid": rng.guid(),
        "inventory_number": f"A{new.id:06d}" if rng.chance(0.95) else "",
        "key_field": f"{type_name[:2].upper()}-{new.id:04d}" if rng.chance(0.97) else "",
        "key_field2": person.name if person else "",
        "key_field3": f"SN: {serial}",
        "client_id": client.id,
        "client_name": client.name,
        "site_id": site.id,
        "site_name": site.name,
        "username": person.name if person else None,
        "business_owner_id": person.id if person else UNKNOWN_OWNER,
        "business_owner_name": person.name if person else "Unknown",
        "business_owner_site": site.name,
        "business_owner_client": client.name,
        "business_owner_cab_id": 0,
        "technical_owner_id": UNKNOWN_OWNER,
        "technical_owner_name": "Unknown",
        "technical_owner_cab_id": 0,
        "assettype_id": type_id,
        "assettype_name": type_name,
        "colour": rng.pick(COLOURS),
        "icon": "",
        "inactive": not new.active,
        "status_id": status_id,
        "status_name": status,
        "criticality": rng.between(0, 3),
        "criticality_description": "",
        "contract_id": contract.id if contract else 0,
        "contract_ref": contract.ref if contract else "",
        "latest_contract_ref": contract.ref if contract else None,
        "contract_value": 0.0,
        "contract_end_date": EMPTY,
        "supplier_id": 0,
        "supplier_contract_ref": "",
        "supplier_sla_id": -1,
        "supplier_priority_id": 0,
        "warranty_start": halo_day(bought),
        "warranty_end": halo_day(bought + 1095 * DAY) if rng.chance(0.8) else EMPTY,
        "labour_warranty_start": EMPTY,
        "labour_warranty_end": EMPTY,
        "supplier_purchasedate": halo_day(bought),
        "commissiondate": halo_day(bought + 5 * DAY),
        "stock_date": EMPTY,
        "lastchangeofvaluedate": EMPTY,
        "item_id": product.id if product else 0,
        "item_name": product.name if product else None,
        "itemstock_id": 0,
        "parent_id": 0,
        "child_id": 0,
        "is_template": False,
        "is_primary_asset": False,
        "device_number": new.id,
        "sla_id": -1,
        "priority_id": 0,
        "non_consignable": False,
        "reserved_salesorder_id": 0,
        "reserved_salesorder_line_id": 0,
        "bulkcreated": False,
        "ninjarmm_id": rng.between(1, 99_999),
        "ninja_url": f"https://rmm.example/#/deviceDashboard/{new.id}",
        "datto_id": "",
        "datto_url": "",
        "ncentral_url": "",
        "automate_id": 0,
        "atera_id": "",
        "intune_id": rng.guid() if rng.chance(0.4) else None,
        "itglue_url": f"https://docs.example/configurations/{rng.digits(8)}" if rng.chance(0.4) else "",
        "third_party_id": 0,
        "related_service_count": 0,
        "customfields": custom_fields(rng, 5),
        "use": "device",
        "key": new.id,
    }


def detail(references: References, rng: SeededRandom, row: Fields) -> Fields:
    """Add the keys that only `/Asset/{id}` returns."""
    return {**asset_fields_only(references, row["id"]), "notes": paragraph(rng, 3), "relationships": []}


def serial_number(references: References, number: int) -> str:
    return f"5C{SeededRandom(references.seed, 'serial number', number).getrandbits(32):08X}"


def asset_fields_only(references: References, number: int) -> Fields:
    """Add the keys that `includeassetfields=true` requests (halo-api.md section 3.5)."""
    return {"fields": _asset_fields(references, number)}


def _asset_fields(references: References, number: int) -> list[Fields]:
    serial = serial_number(references, number)
    rng = SeededRandom(references.seed, "asset fields", number)
    make, model = rng.pick(_MODELS)
    address = f"10.{rng.between(0, 9)}.{rng.between(0, 250)}.{rng.between(2, 250)}"
    found = {"Manufacturer": make, "Model": model, "IP Address": address, "MAC Address": _mac(rng)}
    return [
        {"id": 117, "name": "Serial Number", "value": serial, "display": serial, "mandatory": False},
        {"id": 118, "name": "Operating System", "value": "Windows 11", "display": "Windows 11"},
        {"id": 119, "name": "Memory", "value": "16 GB", "display": "16 GB", "tab_name": "Hardware"},
        *(
            {"id": 120 + place, "name": name, "value": value, "display": value}
            for place, (name, value) in enumerate(found.items())
        ),
    ]


def _mac(rng: SeededRandom) -> str:
    return ":".join(f"{rng.between(0, 255):02X}" for _ in range(6))
